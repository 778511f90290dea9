import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Account, Reach } from '../aws/reach.ts';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { ec2Volume } from '../collectors/inventory/ec2-volume.ts';
import type { JsonObject } from '../core/json.ts';
import { OrgscopeError } from '../core/problem.ts';
import type { IndexView, RowsAnswer } from '../core/query.ts';
import type { Store } from '../core/store.ts';
import { memoryStore } from '../tests/support/memory-store.ts';
import { runPipelines } from '../tests/support/run-into-store.ts';
import { seeded } from '../tests/support/seeded.ts';
import { inventoryPipeline } from './inventory-pipeline.ts';

const ACCOUNTS = ['111111111111', '222222222222'];
const REGIONS = ['eu-west-1', 'us-east-1'];
const reach = {
  accounts: async () => ({
    accounts: ACCOUNTS.map(
      (id) => ({ id, name: id, identity: { partition: 'aws' }, regions: undefined, origin: 'test' }) as unknown as Account,
    ),
    problems: [],
  }),
  regions: async () => REGIONS,
} as unknown as Reach;

/** Volumes whose listing is given, page by page; a page that is an error breaks it off. */
function volumes(pages: (account: string, region: string) => readonly (readonly JsonObject[] | Error)[]): ResourceKind {
  return {
    ...ec2Volume,
    async *read({ account, region }) {
      for (const page of pages(account.id, region)) {
        if (page instanceof Error) throw page;
        yield page;
      }
    },
  };
}
const volume = (id: string, more: JsonObject = {}): JsonObject => ({ VolumeId: id, Size: 8, State: 'available', ...more });

let store: Store;
beforeEach(() => {
  store = memoryStore();
});

async function sweep(kind: ResourceKind, options: { history?: 'all' | 'changes' } = {}, signal?: AbortSignal) {
  // Sweeps of one millisecond would be one sweep.
  const before = Date.now();
  while (Date.now() === before);
  return runPipelines(
    store,
    [inventoryPipeline({ reach, kinds: [kind], wait: async () => {}, ...options })],
    '/dev/null',
    signal,
  );
}
const only = (...pages: (readonly JsonObject[])[]) =>
  volumes((account, region) => (account === ACCOUNTS[0] && region === REGIONS[0] ? pages : []));
/** The documents of a view, in the order of their ids. */
async function documents(view: IndexView) {
  const answer = await store.answer({ type: 'rows', view, filter: { type: 'all' }, sort: [], limit: 1_000, offset: 0 });
  return (answer as RowsAnswer).hits.map(({ _source }) => _source as unknown as StoredDocument);
}
interface StoredDocument {
  readonly cloud: { readonly region: string; readonly account: { readonly id: string } };
  readonly resource: { readonly id: string; readonly size_gib: number };
  readonly change: { readonly type: string; readonly fields?: readonly string[]; readonly from?: object; readonly to?: object };
}
const byText = (one: string, other: string) => (one < other ? -1 : 1);
const changes = async () =>
  (await documents('awschanges'))
    .map(({ resource, change: { type, fields, from, to } }) => ({ id: resource.id, type, fields, from, to }))
    .sort((one, other) => byText(`${one.id} ${one.type}`, `${other.id} ${other.type}`));

test('a change between two sweeps is one document with field, old and new value; the first sweep makes no changes', async () => {
  await sweep(only([volume('vol-1'), volume('vol-2')], [volume('vol-3')]));
  assert.deepEqual(await changes(), []);
  await sweep(only([volume('vol-2'), volume('vol-1')], [volume('vol-3')]));
  assert.deepEqual(await changes(), [], 'nothing changed');
  const tags = [{ Key: 'team', Value: 'web' }];
  await sweep(only([volume('vol-1', { Size: 16, Tags: tags })], [volume('vol-3'), volume('vol-4')]));
  const none = { fields: undefined, from: undefined, to: undefined };
  assert.deepEqual(await changes(), [
    { id: 'vol-1', type: 'changed', fields: ['Size', 'Tags.team'], from: { Size: 8 }, to: { Size: 16, 'Tags.team': 'web' } },
    { id: 'vol-2', type: 'gone', ...none },
    { id: 'vol-4', type: 'appeared', ...none },
  ]);
  assert.equal((await store.counts())['awscli-current'], 3);
});

test('history has every sweep, or with `changes` only resources that are new, changed or not yet seen that day', async () => {
  const history = async () => (await store.counts()).awscli;
  const options = { history: 'changes' as const };
  await sweep(only([volume('vol-1'), volume('vol-2')]), options);
  assert.equal(await history(), 2);
  await sweep(only([volume('vol-1'), volume('vol-2', { Size: 16 }), volume('vol-3')]), options);
  assert.equal(await history(), 4, 'one changed and one is new');
  await sweep(only([volume('vol-1'), volume('vol-2', { Size: 16 }), volume('vol-3')]));
  assert.equal(await history(), 7);
});

test('a denied, throttled or broken-off sweep retires nothing, at whichever page it fails', async () => {
  const next = seeded(41);
  const errors = ['denied', 'throttled', 'unreachable', 'unexpected'] as const;
  /** What is there now, and what current state must show: by account, region and volume. */
  const there = new Map<string, Set<string>>();
  const shown = new Map<string, Set<string>>();
  const places = ACCOUNTS.flatMap((account) => REGIONS.map((region) => `${account}/${region}`));
  for (const place of places) {
    there.set(place, new Set());
    shown.set(place, new Set());
  }
  for (let round = 0; round < 7; round++) {
    const kind = volumes((account, region) => {
      const place = `${account}/${region}`;
      const ids = there.get(place) as Set<string>;
      const pages: (JsonObject[] | Error)[] = [];
      const listed = [...ids].map((id) => volume(id));
      while (listed.length > 0) pages.push(listed.splice(0, 1 + next(3)));
      const broken = next(3) === 0 ? next(pages.length + 1) : undefined;
      const visible = shown.get(place) as Set<string>;
      const seen = pages.slice(0, broken).flatMap((page) => (page as JsonObject[]).map(({ VolumeId }) => String(VolumeId)));
      if (broken === undefined) shown.set(place, new Set(seen));
      else {
        for (const id of seen) visible.add(id);
        pages.splice(broken, pages.length, new OrgscopeError(errors[next(errors.length)] as 'denied', 'broken off', ''));
      }
      return pages;
    });
    for (const ids of there.values()) {
      for (const id of [...ids]) if (next(4) === 0) ids.delete(id);
      for (let made = next(5); made > 0; made--) ids.add(`vol-${round}-${made}-${next(1000)}`);
    }
    await sweep({ ...kind, read: kind.read });
    const current = new Map(places.map((place) => [place, new Set<string>()]));
    for (const { cloud, resource } of await documents('awscli-current'))
      current.get(`${cloud.account.id}/${cloud.region}`)?.add(resource.id);
    for (const place of places)
      assert.deepEqual(
        [...(current.get(place) ?? [])].sort(),
        [...(shown.get(place) ?? [])].sort(),
        `${place} in round ${round}`,
      );
  }
});

test('a sweep that is stopped in the middle keeps the pages that it read and retires nothing; the next sweep retires', async () => {
  const ids = ['vol-1', 'vol-2', 'vol-3', 'vol-4'];
  const current = async () =>
    (await documents('awscli-current')).map(({ resource }) => `${resource.id} ${resource.size_gib}`).sort(byText);
  await sweep(only(ids.map((id) => volume(id))));
  for (const at of [0, 1, 2]) {
    const stop = new AbortController();
    const kind = only(...ids.slice(0, 2).map((id) => [volume(id, { Size: 10 + at })]));
    const broken: ResourceKind = {
      ...kind,
      async *read(scope) {
        let page = 0;
        for await (const records of kind.read(scope)) {
          if (page++ === at) stop.abort();
          scope.signal.throwIfAborted();
          yield records;
        }
        if (at === 2 && scope.account.id === ACCOUNTS[0] && scope.region === REGIONS[0]) stop.abort();
        scope.signal.throwIfAborted();
      },
    };
    const { report } = await sweep(broken, {}, stop.signal);
    assert.equal(report.state, 'interrupted');
    assert.equal((await current()).length, 4, `stopped at page ${at}`);
  }
  await sweep(only(ids.slice(0, 2).map((id) => volume(id))));
  assert.deepEqual(await current(), ['vol-1 8', 'vol-2 8']);
});

test('before most resources are removed, AWS is asked again; the removal is reported, and two different answers remove nothing', async () => {
  const all = ['vol-1', 'vol-2', 'vol-3', 'vol-4', 'vol-5', 'vol-6', 'vol-7', 'vol-8'].map((id) => volume(id));
  let listings = 0;
  /** What one listing after the other shows in the one place that is not empty. */
  const showing = (...answers: readonly (readonly JsonObject[])[]) => {
    listings = 0;
    return volumes((account, region) => {
      if (account !== ACCOUNTS[0] || region !== REGIONS[0]) return [];
      return [answers[Math.min(listings++, answers.length - 1)] ?? []];
    });
  };
  const currentCount = async () => (await store.counts())['awscli-current'];
  const notices = ({ jobs }: Awaited<ReturnType<typeof sweep>>) =>
    jobs.flatMap(({ problems }) => problems).filter(({ message }) => message.includes('asked again')).length;

  await sweep(showing(all));
  await sweep(showing(all.slice(4)));
  assert.deepEqual([await currentCount(), listings], [4, 1], 'half is removed without another question');

  await sweep(showing(all));
  const retried = await sweep(showing([], all));
  assert.equal(retried.report.state, 'succeeded', 'the next attempt has the whole answer');
  assert.deepEqual([await currentCount(), listings], [8, 3]);

  // The answer is as short as before each time that it is taken for good.
  const odd = showing([], all, [], all, [], all);
  const failed = await sweep(odd);
  assert.equal(failed.report.state, 'failed');
  assert.deepEqual([await currentCount(), listings], [8, 6]);

  const removal = await sweep(showing(all.slice(6)));
  assert.equal(removal.report.state, 'succeeded');
  assert.deepEqual([await currentCount(), listings, notices(removal)], [2, 2, 1]);

  await sweep(showing([]));
  assert.deepEqual([await currentCount(), listings], [0, 1], 'two that go are no surprise');
});

test('an interrupted run continues where it stopped; a finished one does not', async () => {
  const read: string[] = [];
  const stop = new AbortController();
  const kind: ResourceKind = {
    ...ec2Volume,
    async *read({ account, region, signal }) {
      read.push(`${account.id}/${region}`);
      if (read.length === 3) stop.abort();
      signal.throwIfAborted();
      yield [volume(`vol-${account.id}-${region}`)];
    },
  };
  // One after the other, so that it is known which came to their end.
  const run = (signal: AbortSignal | undefined, resume: boolean) =>
    runPipelines(
      store,
      [inventoryPipeline({ reach, kinds: [kind], concurrency: 1, wait: async () => {} })],
      '/dev/null',
      signal,
      resume,
    );
  assert.equal((await run(stop.signal, false)).report.state, 'interrupted');
  const done = read.splice(0).slice(0, 2);
  const { report } = await run(undefined, true);
  assert.equal(report.totals.skippedSources, 2);
  assert.deepEqual(
    [...done, ...read.splice(0)].sort(),
    ACCOUNTS.flatMap((account) => REGIONS.map((region) => `${account}/${region}`)),
  );
  await run(undefined, true);
  assert.equal(read.length, 4, 'nothing is left to take up');
});
