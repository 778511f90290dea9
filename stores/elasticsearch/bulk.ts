import { OrgscopeError, type Problem, toProblem } from '../../core/problem.ts';
import { type BulkItem, type ItemForm, type ItemWriter, isClosed, itemWriter } from './bulk-body.ts';
import type { Engine } from './engine.ts';
import { answered, EngineError, foreignAnswer, isBlocked } from './engine-error.ts';
import { explainCause } from './explain-cause.ts';
import { isTransient, type Patience, wait } from './patience.ts';

export type Outcome =
  | { readonly type: 'written' /** There was none of its id before. */; readonly created: boolean }
  | { readonly type: 'unchanged' }
  /** The engine can't index this document. */
  | { readonly type: 'rejected'; readonly reason: string };

export interface BulkOptions extends ItemForm {
  /** The positions of the items that are sent, in this order; default: all. */
  readonly order?: readonly number[];
  /** Bodies may only go to aliases: an index that was deleted must not come into being again. */
  readonly requireAlias?: boolean;
  /** Yields another body for an item whose body the engine can't index; undefined where there is none. */
  readonly refit?: (position: number) => Uint8Array | undefined;
}

export interface BulkLimits {
  /** The size at which a body ends. Larger ones than some megabytes are not faster, and cost more to send again. */
  readonly bodyBytes: number;
  /** The largest body that the engine accepts: its `http.max_content_length`. */
  readonly maxBytes: number;
  /** Bodies on their way at once: one is indexed while the next one travels. */
  readonly inFlight: number;
}

export const DEFAULT_BULK_LIMITS: BulkLimits = { bodyBytes: 6 * 1024 * 1024, maxBytes: 100 * 1024 * 1024, inFlight: 2 };

/** Bodies shrink no further: an engine that has no room for this size has none for a smaller one. */
const SMALLEST_BODY_BYTES = 64 * 1024;
/** An item that was answered with a 500 more often than this, while other items passed, is rejected. */
const MAX_DEFECTS = 12;

const CREATED: Outcome = { type: 'written', created: true };
const WRITTEN: Outcome = { type: 'written', created: false };
const UNCHANGED: Outcome = { type: 'unchanged' };

interface ItemResult {
  readonly status: number;
  readonly error?: { readonly type?: string; readonly reason?: string; readonly caused_by?: object };
}

/**
 * Sends items until each has an outcome; yields the outcomes by the items' positions. Items that the engine has no room for now are sent again later, in
 * smaller bodies. An item is rejected only for a fault of its document. Throws an OrgscopeError where waiting can't help.
 */
export type BulkSender = (items: readonly BulkItem[], options?: BulkOptions) => Promise<Outcome[]>;

/** Yields the sender for one engine. It keeps the size of bodies that the engine accepts over all calls. */
export function bulkSender(engine: Engine, patience: Patience, limits = DEFAULT_BULK_LIMITS): BulkSender {
  const pace = { bytes: Math.min(limits.bodyBytes, limits.maxBytes), ceiling: Math.min(limits.bodyBytes, limits.maxBytes) };
  const buffers = bufferPool(pace.ceiling, limits.inFlight);
  return (items, options = {}) => send(engine, patience, limits, pace, buffers, items, options);
}

/** Buffers that hold one body each. New ones of this size for each body would keep the garbage collector busy. */
interface BufferPool {
  take(): Buffer;
  /** Takes a buffer back that no request reads any more. */
  giveBack(buffer: Buffer): void;
}

function bufferPool(bytes: number, kept: number): BufferPool {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(bytes),
    giveBack(buffer) {
      if (buffer.length === bytes && free.length < kept) free.push(buffer);
    },
  };
}

/** The size at which a body ends now, and the largest size that the engine has not refused. */
interface Pace {
  bytes: number;
  ceiling: number;
}

async function send(
  engine: Engine,
  patience: Patience,
  limits: BulkLimits,
  pace: Pace,
  buffers: BufferPool,
  items: readonly BulkItem[],
  options: BulkOptions,
): Promise<Outcome[]> {
  const sending: Sending = {
    engine,
    items,
    options,
    outcomes: new Array<Outcome>(items.length),
    bodies: new Map(),
    defects: new Map(),
    again: [],
  };
  const { outcomes, again } = sending;
  const nextBody = bodyFiller(sending, itemWriter(options), limits, pace, buffers);

  async function worker(): Promise<void> {
    const waiting = wait(patience);
    for (let body = nextBody(); body !== undefined; body = nextBody()) {
      let problem: Problem | undefined;
      try {
        const { body: answer } = await engine.request({
          method: 'POST',
          path: '/_bulk',
          query: { filter_path: FILTER, ...(options.requireAlias ? { require_alias: true } : {}) },
          lines: body.lines,
        });
        problem = settle(sending, body.positions, resultsOf(answer, body.positions.length, engine.name));
        buffers.giveBack(body.buffer);
      } catch (error) {
        if (error instanceof EngineError && error.status === 413) {
          const only = body.positions[0] as number;
          if (body.positions.length === 1) outcomes[only] = tooLarge(body.lines.length, undefined);
          else again.push(...body.positions);
          pace.ceiling = Math.max(1, Math.min(pace.ceiling, body.lines.length) >> 1);
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
        pace.bytes = Math.min(pace.ceiling, Math.max(SMALLEST_BODY_BYTES, Math.min(pace.bytes, body.lines.length) >> 1));
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

/** The items of one call, and what is known of each by its position. */
interface Sending {
  readonly engine: Engine;
  readonly items: readonly BulkItem[];
  readonly options: BulkOptions;
  readonly outcomes: Outcome[];
  /** Refitted bodies, in place of those that the engine refused. */
  readonly bodies: Map<number, Uint8Array>;
  /** How often an item was answered with a 500. */
  readonly defects: Map<number, number>;
  /** Positions of items that are sent again. */
  readonly again: number[];
}

const bodyOf = ({ bodies, items }: Sending, position: number): Uint8Array | undefined =>
  bodies.get(position) ?? items[position]?.body;

interface BulkBody {
  readonly positions: readonly number[];
  readonly lines: Buffer;
  /** Holds the lines. */
  readonly buffer: Buffer;
}

/** Yields a function that writes the items of the next bulk body: those to be sent again first. It rejects items that no body can hold. */
function bodyFiller(
  sending: Sending,
  writer: ItemWriter,
  limits: BulkLimits,
  pace: Pace,
  buffers: BufferPool,
): () => BulkBody | undefined {
  const { items, outcomes, again, options } = sending;
  const fresh = options.order?.values() ?? items.keys();
  /** The item that had no more room in the previous body. */
  let leftOver: number | undefined;

  const take = (): number | undefined => {
    if (leftOver === undefined) return again.shift() ?? fresh.next().value;
    const position = leftOver;
    leftOver = undefined;
    return position;
  };

  return () => {
    const positions: number[] = [];
    let buffer: Buffer | undefined;
    let bytes = 0;
    for (let position = take(); position !== undefined; position = take()) {
      const item = items[position] as BulkItem;
      const body = bodyOf(sending, position);
      if (body !== undefined && !isClosed(body)) {
        outcomes[position] = { type: 'rejected', reason: 'the document is not a JSON object' };
        continue;
      }
      const room = writer.room(item, body);
      if (positions.length > 0 && bytes + room > pace.bytes) {
        leftOver = position;
        break;
      }
      buffer ??= buffers.take();
      // Only the first item of a body can need more than the pool's buffers hold.
      if (room > buffer.length) {
        buffers.giveBack(buffer);
        buffer = Buffer.allocUnsafeSlow(room);
      }
      const end = writer.write(buffer, bytes, item, body);
      if (end > limits.maxBytes) {
        outcomes[position] = tooLarge(end, limits.maxBytes);
        continue;
      }
      positions.push(position);
      bytes = end;
    }
    return buffer === undefined || positions.length === 0 ? undefined : { positions, lines: buffer.subarray(0, bytes), buffer };
  };
}

/** Gives each item of a body its outcome, or sends it again; yields the problem to wait for where the engine did not take an item now. */
function settle(sending: Sending, positions: readonly number[], results: readonly ItemResult[]): Problem | undefined {
  const { engine, options, outcomes, bodies, defects, again } = sending;
  let waitFor: Problem | undefined;
  for (const [index, position] of positions.entries()) {
    const { status, error } = results[index] as ItemResult;
    if (status === 200 || status === 201) {
      outcomes[position] = status === 201 ? CREATED : WRITTEN;
      continue;
    }
    const type = error?.type ?? '';
    // Deleting an item that is not there gives a 404 without an error.
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
        ? 'Run again: the part of the delivery that was loaded is not shown.'
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

const FILTER = 'items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by';

/** One result for each item that was sent. Throws an EngineError for any other answer, since it does not tell which items were stored. */
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

/** Types of errors with status 400 that are no fault of the document: no room for another shard, a closed index. */
const NOT_ITS_FAULT = new Set(['validation_exception', 'index_closed_exception', 'index_create_block_exception']);

const tooLarge = (bytes: number, limit: number | undefined): Outcome => ({
  type: 'rejected',
  reason: `the document is larger than the engine takes (${bytes} bytes${limit === undefined ? '' : ` of ${limit}`}; http.max_content_length)`,
});
