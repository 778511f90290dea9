import type { Document } from '../core/document.ts';
import type { JsonObject } from '../core/json.ts';
import type { JobContext } from '../core/pipeline.ts';
import type { AggregateAnswer, Filter, Grouping } from '../core/query.ts';
import { type Sweep, sweepKey } from '../core/sweep.ts';
import { compareRecords } from '../processors/compare-records.ts';
import { encodeChange } from '../processors/encode-change.ts';

type Ask = JobContext['answer'];

/** The state in which a resource was last seen, and the day of that. */
interface State {
  readonly fingerprint: string;
  readonly day: string;
}

/** The current state of an account before the run, asked for once per run. */
interface AccountState {
  /** How many resources each sweep left, by the sweep's key. */
  readonly counts: ReadonlyMap<string, number>;
  /** Their states by the keys of sweep and resource; undefined for a large account. Each sweep removes its own from the map. */
  readonly states: Map<string, Map<string, State>> | undefined;
}

export type Predecessors = (account: string, answer: Ask) => Promise<AccountState>;

/** A resource as the current sweep sees it. */
export interface SeenNow {
  readonly key: string;
  readonly fingerprint: string;
  readonly record: JsonObject;
  /** Whether some of it could not be read. */
  readonly partial: boolean;
  /** Its document for current state, not written yet. */
  readonly current: Document;
}

/** Compares a sweep with the one before it, a page at a time. */
export interface PreviousSweep {
  /** How many resources the previous sweep left in current state. */
  readonly count: number;
  /** Documents of the changes of these resources, and the keys of those that today's history already has in this state. */
  compare(
    page: readonly SeenNow[],
  ): Promise<{ readonly changes: readonly Document[]; readonly unchangedToday: ReadonlySet<string> }>;
  /** Documents of the resources that are gone; asked once the sweep has seen everything. */
  gone(): Promise<readonly Document[]>;
}

/** How many sweeps of one account may have resources: kinds × regions. */
const SWEEPS = 5_000;
/** In a sweep with more resources, those that are gone are not named: the keys of all would have to be held in memory. */
const MAX_NAMED = 20_000;
/** For an account with more resources, each page asks for the states of its own. */
const MAX_STATES = 20_000;
/** Of how many accounts the state is kept: accounts take turns, and the states of five thousand would be the whole store. */
const MAX_ACCOUNTS = 64;
/** How many keys one question names. */
const ASKED_AT_ONCE = 1_000;

export function predecessors(): Predecessors {
  // In the order of their last use.
  const known = new Map<string, Promise<AccountState>>();
  // Before the first run the store is empty, and five thousand questions would only find that out.
  let anything: Promise<boolean> | undefined;
  return (account, answer) => {
    anything ??= holdsAnything(answer);
    const asked = known.get(account) ?? anything.then((any) => (any ? stateOfAccount(account, answer) : EMPTY));
    known.delete(account);
    known.set(account, asked);
    if (known.size > MAX_ACCOUNTS) known.delete(known.keys().next().value ?? '');
    return asked;
  };
}

const EMPTY: AccountState = { counts: new Map(), states: undefined };

const holdsAnything = async (answer: Ask): Promise<boolean> => (await count(answer, { type: 'all' })) > 0;

/** How many resources of a sweep are in current state. */
export const countCurrent = (sweep: Sweep, answer: Ask): Promise<number> =>
  count(answer, { type: 'term', field: 'orgscope.sweep', value: sweepKey(sweep) });

async function count(answer: Ask, filter: Filter): Promise<number> {
  const found = await answer({ type: 'rows', view: 'awscli-current', filter, sort: [], limit: 0, offset: 0 });
  return found.type === 'rows' ? found.total : 0;
}

async function stateOfAccount(account: string, answer: Ask): Promise<AccountState> {
  const filter: Filter = { type: 'term', field: 'cloud.account.id', value: account };
  const found = await aggregate(answer, filter, [SWEEP]);
  const counts = new Map(found.map(({ sweep, resources }) => [String(sweep), Number(resources)]));
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0 || total > MAX_STATES) return { counts, states: undefined };
  // One question for hundreds of sweeps: a question costs more than its rows.
  const states = new Map<string, Map<string, State>>();
  for (const row of await aggregate(answer, filter, [SWEEP, ...stateOf(MAX_STATES)])) {
    const sweep = String(row.sweep);
    const ofSweep = states.get(sweep) ?? new Map<string, State>();
    states.set(sweep, ofSweep);
    ofSweep.set(String(row.key), state(row));
  }
  return { counts, states };
}

type Row = AggregateAnswer['rows'][number];

const SWEEP: Grouping = { name: 'sweep', by: 'terms', field: 'orgscope.sweep', size: SWEEPS };
const stateOf = (keys: number): Grouping[] => [
  { name: 'key', by: 'terms', field: 'resource.key', size: keys },
  { name: 'fingerprint', by: 'terms', field: 'orgscope.fingerprint', size: 1 },
  { name: 'day', by: 'time', field: '@timestamp', interval: 'day' },
];
const state = ({ fingerprint, day }: Row): State => ({ fingerprint: String(fingerprint), day: String(day).slice(0, 10) });

async function aggregate(answer: Ask, filter: Filter, groups: readonly Grouping[]): Promise<readonly Row[]> {
  const metrics = [{ name: 'resources', op: 'count' as const }];
  const found = await answer({ type: 'aggregate', view: 'awscli-current', filter, groups, metrics });
  if (found.type !== 'aggregate') throw new Error('an aggregate was asked for');
  return found.rows;
}

/** Undefined where there was no previous sweep, or it left nothing: the first sweep of resources is no change. */
export async function previousSweep(
  sweep: Sweep,
  kind: { readonly recordField: string; readonly volatile: readonly string[] },
  before: Predecessors,
  answer: Ask,
): Promise<PreviousSweep | undefined> {
  const key = sweepKey(sweep);
  const { counts, states: ofAccount } = await before(sweep.account, answer);
  const count = counts.get(key) ?? 0;
  if (count === 0) return undefined;
  const taken = ofAccount?.get(key);
  ofAccount?.delete(key);
  const seen = count > MAX_NAMED ? undefined : new Set<string>();
  const ofSweep: Filter = { type: 'term', field: 'orgscope.sweep', value: key };
  const today = new Date(sweep.time).toISOString().slice(0, 10);

  /** The documents of these keys as the previous sweep left them. */
  async function documentsOf(keys: readonly string[]): Promise<Map<string, JsonObject>> {
    const documents = new Map<string, JsonObject>();
    for (let start = 0; start < keys.length; start += ASKED_AT_ONCE) {
      const values = keys.slice(start, start + ASKED_AT_ONCE);
      const found = await answer({
        type: 'rows',
        view: 'awscli-current',
        filter: { type: 'and', filters: [ofSweep, { type: 'terms', field: 'resource.key', values }] },
        sort: [],
        limit: values.length,
        offset: 0,
      });
      if (found.type !== 'rows') throw new Error('rows were asked for');
      for (const { _source } of found.hits) {
        const document = _source as JsonObject;
        documents.set(String((document.resource as JsonObject).key), document);
      }
    }
    return documents;
  }

  /** The states of these keys, or of all resources of the previous sweep. */
  async function states(values: readonly string[] | undefined): Promise<ReadonlyMap<string, State>> {
    if (taken !== undefined) return taken;
    const filter: Filter =
      values === undefined ? ofSweep : { type: 'and', filters: [ofSweep, { type: 'terms', field: 'resource.key', values }] };
    const rows = await aggregate(answer, filter, stateOf(values?.length ?? MAX_NAMED));
    return new Map(rows.map((row) => [String(row.key), state(row)]));
  }

  return {
    count,
    async compare(page) {
      const known = await states(page.map((one) => one.key));
      const changes: Document[] = [];
      const unchangedToday = new Set<string>();
      const changed: SeenNow[] = [];
      for (const now of page) {
        seen?.add(now.key);
        const then = known.get(now.key);
        if (then === undefined) {
          changes.push(encodeChange({ type: 'appeared' }, { document: bodyOf(now.current), seenBefore: undefined }, sweep));
        } else if (then.fingerprint !== now.fingerprint) changed.push(now);
        else if (then.day === today) unchangedToday.add(now.key);
      }
      const old = await documentsOf(changed.map((now) => now.key));
      for (const now of changed) {
        const then = old.get(now.key);
        if (then === undefined) continue;
        const [from, to] = comparable(recordOf(then, kind.recordField), isPartial(then), now.record, now.partial);
        const differences = compareRecords(from, to, kind.volatile);
        // An older version of orgscope may have computed another fingerprint of the same record.
        if (differences.length === 0) continue;
        const seenBefore = String(then['@timestamp']);
        changes.push(encodeChange({ type: 'changed', differences }, { document: bodyOf(now.current), seenBefore }, sweep));
      }
      return { changes, unchangedToday };
    },
    async gone() {
      if (seen === undefined) return [];
      const missing = [...(await states(undefined)).keys()].filter((one) => !seen.has(one));
      const documents = await documentsOf(missing);
      return [...documents.values()].map((document) =>
        encodeChange({ type: 'gone' }, { document, seenBefore: String(document['@timestamp']) }, sweep),
      );
    },
  };
}

const bodyOf = (document: Document): JsonObject => JSON.parse(Buffer.from(document.body).toString()) as JsonObject;

function recordOf(document: JsonObject, recordField: string): JsonObject {
  let value: unknown = document;
  for (const part of recordField.split('.')) value = (value as JsonObject | undefined)?.[part];
  return (value ?? {}) as JsonObject;
}

const isPartial = (document: JsonObject): boolean => (document.orgscope as JsonObject | undefined)?.left_out !== undefined;

/** Both records, without members that the other one lacks because they could not be read: these were neither removed nor added. */
function comparable(from: JsonObject, fromPartial: boolean, to: JsonObject, toPartial: boolean): [JsonObject, JsonObject] {
  return [toPartial ? membersIn(from, to) : from, fromPartial ? membersIn(to, from) : to];
}

const membersIn = (record: JsonObject, other: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(record).filter(([name]) => Object.hasOwn(other, name)));
