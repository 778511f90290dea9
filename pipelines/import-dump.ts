import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { partitionOfRegion } from '../aws/partition.ts';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { decodeText } from '../core/decode-text.ts';
import type { Document } from '../core/document.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Emission, Pipeline, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, type Problem } from '../core/problem.ts';
import { resourceDocuments } from './resource-documents.ts';

export interface ImportOptions {
  readonly kind: ResourceKind;
  /** The account and region of the dump, needed where its records don't name them, as most EC2 records name no region. */
  readonly account?: string;
  readonly region?: string;
  readonly accountName?: string;
  readonly inactiveAfterDays?: number | undefined;
}

/**
 * The resources of files made with `aws … --output json`, one job per file. Records become documents as in a sweep,
 * but nothing is retired, since a file may leave out resources.
 */
export function importPipeline(options: ImportOptions & { readonly files: readonly string[] }): Pipeline {
  const { kind, files } = options;
  const planned = (file: string): PlannedJob => ({
    job: {
      id: `import/${kind.name}/${file}`,
      pipeline: 'inventory',
      kind: kind.name,
      object: file,
      lane: 'import',
      payload: file,
    },
    run: async function* ({ sweepTime, signal }): AsyncGenerator<Emission> {
      let bytes: Buffer;
      try {
        bytes = await readFile(file, { signal });
      } catch (error) {
        if (signal.aborted) throw error;
        const message = `${file} can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
        throw new OrgscopeError(
          'missing',
          message,
          'Check the name and the permissions of the file.',
          { file },
          { cause: error },
        );
      }
      const text = decodeText(bytes, file);
      const { documents, problems } = importDump({ ...options, text, name: file, time: sweepTime });
      if (documents.length > 0) yield { type: 'documents', documents };
      for (const problem of problems) yield { type: 'problem', problem };
    },
  });
  return {
    name: 'inventory',
    concurrency: 1,
    async *plan() {
      for (const file of files) yield planned(file);
    },
    revive: async ({ payload }) => planned(z.string().parse(payload)),
  };
}

/**
 * The documents of one dump: the whole output, several outputs in an array, or a bare array of items (as `--query` makes them); and the
 * problems of it. An empty list is a valid dump: an account may have no such resources.
 */
export function importDump(dump: Dump): Imported {
  try {
    return importRecords(dump);
  } catch (error) {
    if (error instanceof OrgscopeError) throw error;
    // Declarations rely on AWS for the types of values, so a text in place of a list throws a TypeError of JavaScript.
    const { kind, name } = dump;
    throw new OrgscopeError(
      'malformed',
      `${name} is not as "aws ${kind.command}" prints it (${error instanceof Error ? error.message : String(error)})`,
      `Make it with "aws ${kind.command} --output json", without options that change its form.`,
      { file: name, kind: kind.name },
      { cause: error },
    );
  }
}

interface Dump extends ImportOptions {
  readonly text: string;
  /** For messages: the file. */
  readonly name: string;
  /** Milliseconds: when the resources had this state. */
  readonly time: number;
}

interface Imported {
  readonly documents: readonly Document[];
  readonly problems: readonly Problem[];
}

function importRecords(options: Dump): Imported {
  const { kind, name, time, inactiveAfterDays } = options;
  const where = { file: name, kind: kind.name };
  const documents: Document[] = [];
  const found = recordsOf(kind, parse(options.text, name), where);
  let nameless = 0;
  for (const { record, around } of found) {
    // Checked before account and region: no option helps where this is another kind of record.
    if (kind.describe(record, NOWHERE) === undefined) {
      nameless++;
      continue;
    }
    const ofArn = placeOfArn(kind.describe(record, NOWHERE)?.arn);
    const within = scan(record);
    const region = kind.scope === 'global' ? 'global' : (ofArn.region ?? within.region ?? options.region ?? around.region);
    const account = ofArn.account ?? within.account ?? options.account ?? around.account;
    if (region === undefined || account === undefined) {
      const absent = [account === undefined ? 'account' : [], region === undefined ? 'region' : []].flat();
      throw new OrgscopeError(
        'usage',
        `The records of ${kind.name} do not name their ${absent.join(' and ')}.`,
        `Add ${absent.map((word) => `--${word}`).join(' and ')}.`,
        where,
      );
    }
    const partition = ofArn.partition ?? within.partition ?? around.partition ?? partitionOfRegion(region);
    const place = { partition, account, region };
    const description = kind.describe(record, place);
    if (description === undefined) continue;
    const owner = ACCOUNT.test(description.owner ?? '') ? (description.owner as string) : account;
    const { history, current, users } = resourceDocuments(record, description, {
      kind,
      place: { ...place, account: owner },
      sweep: { account: owner, region, kind: kind.name, scope: '', time },
      accountName: options.accountName,
      lookedUp: {},
      rights: undefined,
      inactiveAfterDays,
    });
    documents.push(history, current, ...users);
  }
  const problems: Problem[] = [];
  if (nameless > 0) {
    const records = nameless === found.length ? 'its records have' : `${nameless} of its ${found.length} records have`;
    const id = idMembers(kind).join(' or ');
    problems.push({
      code: 'malformed',
      severity: 'failed',
      message: `${name}: ${records} no ${id}, which identifies the ${kind.name}`,
      next: `Make it with "aws ${kind.command} --output json", without options that leave out fields.`,
      where,
    });
  } else if (found.length === 0) {
    problems.push({
      code: 'empty',
      severity: 'notice',
      message: `${name} holds no ${kind.name}: its list is empty`,
      next: '',
      where,
    });
  }
  return { documents, problems };
}

function parse(text: string, file: string): Json {
  if (text.trim() === '') {
    const message = `${file} is empty`;
    throw new OrgscopeError('malformed', message, 'Make it with "aws … --output json", and check the errors of that command.', {
      file,
    });
  }
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new OrgscopeError(
      'malformed',
      `${file} is not JSON`,
      'Make it with "aws … --output json".',
      { file },
      { cause: error },
    );
  }
}

/** A record, and the account and region that the output around it names. */
interface Found {
  readonly record: JsonObject;
  readonly around: Hint;
}

function recordsOf(kind: ResourceKind, value: Json, where: { file: string; kind: string }): readonly Found[] {
  if (Array.isArray(value)) return value.flatMap((element) => recordsOf(kind, element, where));
  if (value !== null && typeof value === 'object') {
    if (members(kind).some((member) => member in value)) {
      const around = scan(value);
      return kind.items(value).map((record) => ({ record, around }));
    }
    if (kind.describe(value, NOWHERE) !== undefined) return [{ record: value, around: {} }];
  }
  throw new OrgscopeError(
    'malformed',
    `${where.file} does not hold ${kind.name}: ${members(kind).join(' or ')} is absent`,
    `Make it with "aws ${kind.command} --output json"; where a --query narrows it, ${idMembers(kind).join(' or ')} must keep its name.`,
    where,
  );
}

/** The members of an output that the declaration reads its items from. */
const members = (kind: ResourceKind): string[] => readBy((output) => kind.items(output));

/** The members of a record that the declaration reads its id from; it stops reading where there is none. */
const idMembers = (kind: ResourceKind): string[] => readBy((record) => kind.describe(record, NOWHERE));

/** The names of the members that a function reads of an object, recorded by a proxy. */
function readBy(read: (value: JsonObject) => unknown): string[] {
  const names = new Set<string>();
  read(new Proxy<JsonObject>({}, { get: (_, key) => void names.add(String(key)) }));
  return [...names];
}

interface Hint {
  account?: string;
  region?: string;
  partition?: string;
}

const ACCOUNT = /^\d{12}$/;
const NOWHERE = { partition: '', account: '', region: '' };

/** The parts of an ARN that the API gave. One that was built from `NOWHERE` has no partition, and yields nothing. */
function placeOfArn(arn: string | undefined): Hint {
  const [, partition, region, account] = /^arn:(aws[a-z-]*):[^:]+:([^:]*):(\d{12})?:/.exec(arn ?? '') ?? [];
  return { ...(partition && { partition }), ...(region && { region }), ...(account && { account }) };
}

/** The account, region and partition that AWS's JSON names: by the first owner, ARN and availability zone in it. */
function scan(value: Json): Hint {
  const hint: Hint = {};
  visit(value, (key, text) => {
    if (key === 'OwnerId' && ACCOUNT.test(text)) hint.account ??= text;
    if (key === 'AvailabilityZone') {
      const [, region] = /^([a-z]{2,4}(?:-[a-z]+)+-\d+)/.exec(text) ?? [];
      if (region !== undefined) hint.region ??= region;
    }
    if (key === 'arn' || key.endsWith('Arn')) {
      const { partition, region, account } = placeOfArn(text);
      if (partition !== undefined) hint.partition ??= partition;
      if (region !== undefined) hint.region ??= region;
      if (account !== undefined) hint.account ??= account;
    }
  });
  return hint;
}

function visit(value: Json, see: (key: string, text: string) => void, key = ''): void {
  if (typeof value === 'string') see(key, value);
  else if (Array.isArray(value)) for (const element of value) visit(element, see, key);
  else if (value !== null && typeof value === 'object')
    for (const [name, member] of Object.entries(value)) visit(member, see, name);
}
