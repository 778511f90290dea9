import { OrgscopeError, type Problem, toProblem } from '../../core/problem.ts';
import { answered, type Engine, EngineError, foreignAnswer, isBlocked } from './connect.ts';
import { explainCause } from './explain-cause.ts';
import { isTransient, type Patience, wait } from './patience.ts';
import { ID_FIELD } from './schema.ts';

/** One line of a bulk body, or two. */
export interface BulkItem {
  /** `{"create":{"_index":…,"_id":…}}` */
  readonly action: string;
  /** Not for deletions. */
  readonly body?: Uint8Array | undefined;
  /** Spliced into the body, as the field that engines can sort by. */
  readonly id?: string | undefined;
}

export type Outcome =
  | { readonly type: 'written' /** There was none of its id before. */; readonly created: boolean }
  | { readonly type: 'unchanged' }
  /** The document's own fault. */
  | { readonly type: 'rejected'; readonly reason: string };

export interface BulkOptions {
  /** Bodies may only go to aliases: an index that was deleted must not come into being again. */
  readonly requireAlias?: boolean;
  /** Another body for an item whose own one the engine can't index; undefined where there is none. */
  readonly refit?: (position: number) => Uint8Array | undefined;
}

export interface BulkLimits {
  /** Where a body ends. Beyond some megabytes an engine takes no more per second, and a retry costs more. */
  readonly bodyBytes: number;
  /** Never more than this: the engine's `http.max_content_length`. */
  readonly maxBytes: number;
  /** Bodies on their way at once: one is indexed while the next one travels. */
  readonly inFlight: number;
}

export const DEFAULT_BULK_LIMITS: BulkLimits = { bodyBytes: 6 * 1024 * 1024, maxBytes: 100 * 1024 * 1024, inFlight: 2 };

/** Smaller bodies don't pass where these did not. */
const SMALLEST_BODY_BYTES = 64 * 1024;
/** An item that gives a 500 so often, while others pass, will give it for ever. */
const MAX_DEFECTS = 12;

const CREATED: Outcome = { type: 'written', created: true };
const WRITTEN: Outcome = { type: 'written', created: false };
const UNCHANGED: Outcome = { type: 'unchanged' };

interface ItemResult {
  readonly status: number;
  readonly error?: { readonly type?: string; readonly reason?: string; readonly caused_by?: object };
}

/**
 * Sends items until each has an outcome, in the items' order. What the engine has no room for now is sent again, alone, later and in smaller
 * bodies; only what is wrong with a document itself makes it rejected. Throws an OrgscopeError where waiting can't help.
 */
export type BulkSender = (items: readonly BulkItem[], options?: BulkOptions) => Promise<Outcome[]>;

/** What one engine is sent through: how large its bodies may be is learnt once. */
export function bulkSender(engine: Engine, patience: Patience, limits = DEFAULT_BULK_LIMITS): BulkSender {
  const pace = { bytes: Math.min(limits.bodyBytes, limits.maxBytes), ceiling: Math.min(limits.bodyBytes, limits.maxBytes) };
  return (items, options = {}) => send(engine, patience, limits, pace, items, options);
}

/** Where a body ends now, and beyond which size none passes. */
interface Pace {
  bytes: number;
  ceiling: number;
}

async function send(
  engine: Engine,
  patience: Patience,
  limits: BulkLimits,
  pace: Pace,
  items: readonly BulkItem[],
  options: BulkOptions,
): Promise<Outcome[]> {
  const outcomes = new Array<Outcome>(items.length);
  const bodies = new Map<number, Uint8Array>();
  const defects = new Map<number, number>();
  const fresh = items.keys();
  const again: number[] = [];
  let ahead: number | undefined;

  const bodyOf = (position: number): Uint8Array | undefined => bodies.get(position) ?? items[position]?.body;
  const take = (): number | undefined => {
    if (ahead === undefined) return again.shift() ?? fresh.next().value;
    const position = ahead;
    ahead = undefined;
    return position;
  };

  /** The next positions that make a body. */
  function nextBody(): { positions: number[]; bytes: number } {
    const positions: number[] = [];
    let bytes = 0;
    for (let position = take(); position !== undefined; position = take()) {
      const item = items[position] as BulkItem;
      const body = bodyOf(position);
      if (body !== undefined && body[body.length - 1] !== CLOSING_BRACE) {
        outcomes[position] = { type: 'rejected', reason: 'the document is not a JSON object' };
        continue;
      }
      const size = maxBytesOf(item, body);
      if (size > limits.maxBytes) {
        outcomes[position] = tooLarge(size, limits.maxBytes);
        continue;
      }
      if (positions.length > 0 && bytes + size > pace.bytes) {
        ahead = position;
        break;
      }
      positions.push(position);
      bytes += size;
    }
    return { positions, bytes };
  }

  function encode({ positions, bytes }: { positions: number[]; bytes: number }): Buffer {
    const buffer = Buffer.allocUnsafe(bytes);
    let at = 0;
    for (const position of positions) {
      const item = items[position] as BulkItem;
      at += buffer.write(item.action, at);
      buffer[at++] = NEWLINE;
      const body = bodyOf(position);
      if (body === undefined) continue;
      buffer.set(body, at);
      at += body.length;
      if (item.id !== undefined) {
        // `{}` has nothing that a comma could follow.
        at--;
        at += buffer.write(`${body.length > 2 ? ',' : ''}"${ID_FIELD}":${JSON.stringify(item.id)}}`, at);
      }
      buffer[at++] = NEWLINE;
    }
    return buffer.subarray(0, at);
  }

  /** What to wait for, if anything of the body was not taken. */
  function settle(positions: readonly number[], results: readonly ItemResult[]): Problem | undefined {
    let waitFor: Problem | undefined;
    for (const [index, position] of positions.entries()) {
      const { status, error } = results[index] as ItemResult;
      if (status === 200 || status === 201) {
        outcomes[position] = status === 201 ? CREATED : WRITTEN;
        continue;
      }
      const type = error?.type ?? '';
      // A deletion of what is not there has no error.
      if (status === 409 || (status === 404 && type === '')) {
        outcomes[position] = UNCHANGED;
        continue;
      }
      const reason = explainCause(error);
      const problem = toProblem(answered(status, type, reason, 'bulk', engine.name));
      if (status === 429 || status >= 500 || isBlocked(type) || NOT_ITS_FAULT.has(type)) {
        const count = (defects.get(position) ?? 0) + 1;
        if (status === 500) defects.set(position, count);
        if (count > MAX_DEFECTS) {
          outcomes[position] = { type: 'rejected', reason };
          continue;
        }
        again.push(position);
        waitFor = problem;
        continue;
      }
      if (status === 404) {
        const next = options.requireAlias
          ? 'Run again: what was loaded of it is not shown.'
          : 'Allow the server to create indices by itself (action.auto_create_index), and run `orgscope setup`.';
        throw new OrgscopeError('conflict', `${engine.name}: ${reason}`, next);
      }
      if (status === 401 || status === 403) throw answered(status, type, reason, 'writes', engine.name);
      const refitted = bodies.has(position) ? undefined : options.refit?.(position);
      if (refitted === undefined) {
        outcomes[position] = { type: 'rejected', reason };
      } else {
        bodies.set(position, refitted);
        again.push(position);
      }
    }
    return waitFor;
  }

  async function worker(): Promise<void> {
    const waiting = wait(patience);
    for (let body = nextBody(); body.positions.length > 0; body = nextBody()) {
      let problem: Problem | undefined;
      try {
        const { body: answer } = await engine.request({
          method: 'POST',
          path: '/_bulk',
          query: { filter_path: FILTER, ...(options.requireAlias ? { require_alias: true } : {}) },
          lines: encode(body),
        });
        problem = settle(body.positions, resultsOf(answer, body.positions.length, engine.name));
      } catch (error) {
        if (error instanceof EngineError && error.status === 413) {
          const only = body.positions[0] as number;
          if (body.positions.length === 1) outcomes[only] = tooLarge(body.bytes, undefined);
          else again.push(...body.positions);
          pace.ceiling = Math.max(1, Math.min(pace.ceiling, body.bytes) >> 1);
          pace.bytes = Math.min(pace.bytes, pace.ceiling);
          continue;
        }
        if (!isTransient(error)) throw error;
        again.push(...body.positions);
        problem = toProblem(error);
      }
      if (problem === undefined) {
        waiting.over();
        pace.bytes = Math.min(pace.ceiling, pace.bytes + (pace.bytes >> 3));
      } else {
        pace.bytes = Math.min(pace.ceiling, Math.max(SMALLEST_BODY_BYTES, Math.min(pace.bytes, body.bytes) >> 1));
        if (body.positions.some((position) => outcomes[position] !== undefined)) waiting.progress();
        await waiting.next(problem);
      }
    }
    waiting.over();
  }

  const ended = await Promise.allSettled(Array.from({ length: limits.inFlight }, worker));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return outcomes;
}

const FILTER = 'items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by';

/** One result for each item that was sent. Anything else is no answer: nobody knows what was stored. */
function resultsOf(answer: unknown, sent: number, name: string): readonly ItemResult[] {
  const { items } = answer as { items?: unknown };
  if (!Array.isArray(items)) throw foreignAnswer(name, 'bulk', 'JSON without items');
  if (items.length !== sent) throw foreignAnswer(name, 'bulk', `${items.length} items where ${sent} were sent`);
  return items.map((item: unknown) => {
    const result: unknown = typeof item === 'object' && item !== null ? Object.values(item)[0] : undefined;
    if (typeof (result as ItemResult | undefined)?.status !== 'number')
      throw foreignAnswer(name, 'bulk', 'an item without status');
    return result as ItemResult;
  });
}

const NEWLINE = 0x0a;
const CLOSING_BRACE = 0x7d;
/** `,"orgscope.id":""}` and two newlines. */
const AROUND_BYTES = ID_FIELD.length + 10;

/** 400s of which the document is innocent: no room for another shard, an index that someone closed. */
const NOT_ITS_FAULT = new Set(['validation_exception', 'index_closed_exception', 'index_create_block_exception']);

/** At most so many bytes: a UTF-16 unit is three bytes of UTF-8 at most, an escape six. */
const maxBytesOf = ({ action, id }: BulkItem, body: Uint8Array | undefined): number =>
  Math.max(action.length, Buffer.byteLength(action)) +
  (body?.length ?? 0) +
  (id === undefined ? 0 : id.length * 6) +
  AROUND_BYTES;

const tooLarge = (bytes: number, limit: number | undefined): Outcome => ({
  type: 'rejected',
  reason: `the document is larger than the engine takes (${bytes} bytes${limit === undefined ? '' : ` of ${limit}`}; http.max_content_length)`,
});
