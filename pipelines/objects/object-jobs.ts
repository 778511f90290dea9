import { z } from 'zod';
import { objectRef, reviveObject } from '../../collectors/objects/revive-object.ts';
import { reviveTree, treeRef } from '../../collectors/objects/revive-tree.ts';
import { systemClock } from '../../core/clock.ts';
import type { SourceObject } from '../../core/object.ts';
import type { ObjectTree } from '../../core/object-tree.ts';
import type { Emission, Job, JobContext, PlannedJob } from '../../core/pipeline.ts';
import type { RegionDay } from './find-days.ts';
import type { AccountName, FoundObject } from './object-format.ts';
import type { ObjectsDefinition, ObjectsOptions } from './objects-pipeline.ts';
import { readDay } from './read-day.ts';
import { readObjects } from './read-objects.ts';
import { datasetOf } from './recognize-objects.ts';

/** `account` and `name`: of the account that the names of all objects contain, if they contain one. */
const payload = z.union([
  z.object({ objects: z.array(objectRef).min(1), account: z.string().optional(), name: z.string().optional() }),
  z.object({ tree: treeRef, paths: z.array(z.string()).min(1), name: z.string().optional() }),
]);

export interface ObjectJobs {
  /** A job of the source with this number. The names of all objects contain the same account, or none. */
  ofSource(source: number, objects: readonly FoundObject[]): Promise<PlannedJob>;
  /** A job of objects that a queue announced together, of any accounts. */
  ofMessages(id: string, objects: readonly FoundObject[]): Promise<PlannedJob>;
  /** Yields the function that makes the jobs of a backfill, for the tree with this number. */
  ofDays(): Promise<(tree: ObjectTree, number: number, day: RegionDay) => PlannedJob>;
  revive(job: Job): Promise<PlannedJob>;
}

/** Makes the jobs of a pipeline over objects, here and from the payload of a job that was planned elsewhere. */
export function objectJobs(definition: ObjectsDefinition, options: ObjectsOptions): ObjectJobs {
  const { name: pipeline, recognize } = definition;
  const { accountNames = async () => new Map<string, string>(), clock = systemClock } = options;

  const reading = (accountName: AccountName, { signal }: JobContext) => ({ pipeline, accountName, clock, signal });
  const dayReading = (tree: ObjectTree, paths: readonly string[], accountName: AccountName) => (context: JobContext) =>
    readDay({ tree, paths, recognize, ledger: context.ledger, ...reading(accountName, context) });

  async function objectsJob(
    { id, lane, priority }: Pick<Job, 'id' | 'lane' | 'priority'>,
    objects: readonly FoundObject[],
    account: string | undefined,
  ): Promise<PlannedJob> {
    const first = objects[0]?.object.name ?? '';
    const known = await accountNames();
    const name = account === undefined ? undefined : known.get(account);
    const job: Job = {
      id,
      pipeline,
      ...(account === undefined ? {} : { account }),
      object: objects.length === 1 ? first : `${first} and ${objects.length - 1} more`,
      lane,
      service: 's3',
      ...(priority === undefined ? {} : { priority }),
      payload: {
        objects: objects.map(({ object }) => ({ ...object.ref })),
        ...(account === undefined ? {} : { account }),
        ...(name === undefined ? {} : { name }),
      },
    };
    return {
      job,
      run: (context) =>
        readObjects(
          objects,
          reading((id) => known.get(id), context),
        ),
    };
  }

  /** Reads the objects of a job that another process planned. Its version may have another rule: objects that this one does not recognise are left out. */
  async function* readRevived(
    objects: readonly SourceObject[],
    account: string | undefined,
    accountName: AccountName,
    context: JobContext,
  ): AsyncIterable<Emission> {
    const found: FoundObject[] = [];
    for (const object of objects) {
      const recognized = recognize(object.name, datasetOf(object));
      if (recognized.type === 'other') yield { type: 'left-out', reason: recognized.reason, object: object.name };
      else found.push({ ...recognized, object, account: recognized.account ?? account });
    }
    yield* readObjects(found, reading(accountName, context));
  }

  return {
    ofSource(source, objects) {
      const { account, object } = objects[0] as FoundObject;
      const id = `${pipeline}/${source}/${object.path}`;
      return objectsJob({ id, lane: `${pipeline}/${source}/${account ?? ''}` }, objects, account);
    },
    ofMessages(id, objects) {
      const accounts = new Set(objects.map(({ account }) => account));
      const account = accounts.size === 1 ? objects[0]?.account : undefined;
      return objectsJob({ id: `${pipeline}/live/${id}`, lane: `${pipeline}/live`, priority: 'live' }, objects, account);
    },
    async ofDays() {
      const known = await accountNames();
      return (tree, number, { day, account, region, paths }) => {
        const name = known.get(account);
        const job: Job = {
          id: `${pipeline}/backfill/${number}/${day}/${account}/${region}`,
          pipeline,
          account,
          ...(region === '' ? {} : { region }),
          object: `${tree.name.replace(/\/*$/, '/')}${paths[0] ?? ''}`,
          // One lane: each day holds all accounts, and lanes that take turns would mix the days.
          lane: `${pipeline}/backfill`,
          service: 's3',
          priority: 'backfill',
          payload: { tree: { ...tree.ref }, paths: [...paths], ...(name === undefined ? {} : { name }) },
        };
        return { job, run: dayReading(tree, paths, (id) => known.get(id)) };
      };
    },
    async revive(job) {
      const work = payload.parse(job.payload);
      if ('tree' in work) {
        const tree = await reviveTree(work.tree, options.reach);
        return { job, run: dayReading(tree, work.paths, (id) => (id === job.account ? work.name : undefined)) };
      }
      const { account, name } = work;
      const objects = await Promise.all(work.objects.map((ref) => reviveObject(ref, options.reach)));
      // Names of all accounts are asked for only where the job names no account: asking may mean assuming a thousand roles.
      const all = account === undefined ? await accountNames() : undefined;
      const accountName: AccountName = (id) => all?.get(id) ?? (id === account ? name : undefined);
      return { job, run: (context) => readRevived(objects, account, accountName, context) };
    },
  };
}
