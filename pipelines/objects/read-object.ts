import type { PipelineName } from '../../core/batch.ts';
import type { Clock } from '../../core/clock.ts';
import type { Document } from '../../core/document.ts';
import type { ObjectContent } from '../../core/object.ts';
import type { Emission } from '../../core/pipeline.ts';
import type { RecordReader } from '../../core/record-reader.ts';
import { invalidObject, OBJECT_ADVICE, type ReadAdvice, refusedRecord } from './object-errors.ts';
import type { AccountName, FoundObject, ObjectDecoder } from './object-format.ts';
import { type ObjectTrial, objectTrial } from './object-trial.ts';
import { openObject } from './open-object.ts';
import { randomAccess } from './random-access.ts';

/** Documents are emitted in slices of this many bytes, so that the runner can fill batches within its budget. */
const SLICE_BYTES = 2 * 1024 * 1024;
/** How much the dead letters of one object show of their records, in all; further ones only give their reason and location. */
const DEAD_LETTERS_BYTES = 1024 * 1024;
const DEAD_LETTER_BYTES = 64 * 1024;

export interface ReadOptions {
  readonly pipeline: PipelineName;
  readonly accountName: AccountName;
  /** For the time at which records are read. */
  readonly clock: Clock;
  readonly advice?: ReadAdvice;
  readonly signal: AbortSignal;
}

/**
 * Emits one object's documents, its dead letters and then its acknowledgement. `prefetched`: its content, where it was read already. Throws an
 * OrgscopeError if the object can't be read; documents that were emitted before are stored, and the object is not acknowledged.
 */
export async function* readObject(
  found: FoundObject,
  prefetched: Promise<ObjectContent<Buffer>> | undefined,
  options: ReadOptions,
): AsyncIterable<Emission> {
  const { object, account, region, format } = found;
  const { pipeline, accountName, advice = OBJECT_ADVICE, signal } = options;
  const emitter = recordEmitter(found, options);
  const opened = (metadata: ObjectContent<unknown>['metadata']) => ({
    object,
    account,
    region,
    accountName,
    ...(metadata && { metadata }),
  });
  let step: LastStep = 'more';
  const begun = function* (decoder: ObjectDecoder<RecordReader>): Generator<Emission> {
    if (decoder.takenFor !== undefined) yield { type: 'taken-for', reason: decoder.takenFor, object: object.name };
  };
  if (format.type === 'file') {
    const { body, metadata } = (await prefetched) ?? {};
    const file = randomAccess(object, body, signal);
    const decoder = format.open(opened(metadata));
    try {
      await decoder.reader.load(file);
      yield* begun(decoder);
      for (;;) {
        step = yield* emitter.emit(decoder);
        signal.throwIfAborted();
        if (step !== 'more') break;
        await decoder.reader.load(file);
      }
    } finally {
      await decoder.reader.close?.();
    }
  } else {
    const { body, metadata } = await (prefetched ?? object.open(signal));
    let decoder: ReturnType<typeof format.open> | undefined;
    for await (const piece of openObject(object, body, { advice, pieceBytes: format.pieceBytes })) {
      signal.throwIfAborted();
      if (decoder === undefined) {
        decoder = format.open(opened(metadata), piece);
        yield* begun(decoder);
      }
      decoder.reader.push(piece);
      step = yield* emitter.emit(decoder);
      if (step === 'none') break;
    }
    if (step !== 'none') {
      decoder ??= format.open(opened(metadata), Buffer.alloc(0));
      decoder.reader.finish();
      step = yield* emitter.emit(decoder);
    }
  }
  yield* emitter.finish(step);
  yield { type: 'acknowledge', source: { pipeline, key: object.key, documents: emitter.documents } };
}

type LastStep = 'more' | 'end' | 'none';

/** Gathers the documents of one object into slices, and counts the values that become no document. */
function recordEmitter(
  { object }: FoundObject,
  { pipeline, clock, advice = OBJECT_ADVICE }: Pick<ReadOptions, 'pipeline' | 'clock' | 'advice'>,
) {
  const ingestedNow = (): string => clock.now().toISOString();
  let ingested = ingestedNow();
  let slice: Document[] = [];
  let bytes = 0;
  let total = 0;
  let foreign = 0;
  let deadLetterBytesLeft = DEAD_LETTERS_BYTES;
  const dropped = new Map<string, number>();
  let trial: ObjectTrial | undefined;
  let isJudged = false;

  /** Emits at once, or holds back during a trial. */
  function* put(emission: Emission): Generator<Emission> {
    if (trial === undefined) yield emission;
    else trial.hold(emission);
  }

  function* judge(): Generator<Emission> {
    if (trial === undefined) return;
    const emissions = trial.end();
    trial = undefined;
    yield* emissions;
  }

  const takeSlice = (): Emission => {
    const emission: Emission = { type: 'documents', documents: slice };
    total += slice.length;
    slice = [];
    bytes = 0;
    ingested = ingestedNow();
    return emission;
  };

  function deadLetter(reader: RecordReader, reason: string): Emission {
    if (advice.refused !== undefined) throw refusedRecord(object, reader.location(), reason, advice.refused);
    const content = reader.content(Math.min(DEAD_LETTER_BYTES, deadLetterBytesLeft));
    deadLetterBytesLeft -= Buffer.byteLength(content);
    const source = `${object.name}, ${reader.location()}`;
    return { type: 'dead-letter', deadLetter: { pipeline, source, reason: `The record ${reason}`, content } };
  }

  return {
    get documents() {
      return total;
    },
    /** Emits what the decoder finds until it needs more of the object, or is at its end. */
    *emit(decoder: ObjectDecoder<RecordReader>): Generator<Emission, LastStep> {
      const { reader } = decoder;
      if (decoder.onTrial === true && !isJudged) {
        isJudged = true;
        trial = objectTrial(object, decoder.takenFor ?? '', advice);
      }
      for (;;) {
        const step = reader.next();
        switch (step) {
          case 'record': {
            const result = decoder.encode(ingested);
            if (result.type === 'ok') {
              slice.push(result.value);
              bytes += result.value.body.length;
              if (bytes >= SLICE_BYTES) yield* put(takeSlice());
            } else if (result.type === 'drop') {
              dropped.set(result.reason, (dropped.get(result.reason) ?? 0) + 1);
            } else {
              yield* put(deadLetter(reader, result.reason));
            }
            if (trial !== undefined) {
              const documentBytes = result.type === 'ok' ? result.value.body.length : 0;
              if (trial.count(documentBytes, result.type === 'dead-letter' ? result.reason : undefined)) yield* judge();
            }
            continue;
          }
          case 'refused':
            yield* put(deadLetter(reader, reader.reason));
            if (trial?.count(0, reader.reason)) yield* judge();
            continue;
          case 'foreign':
            foreign++;
            continue;
          case 'invalid':
            throw invalidObject(object, reader, advice);
          case 'none':
            yield { type: 'left-out', reason: reader.reason, object: object.name };
            return step;
          default:
            return step;
        }
      }
    },
    *finish(last: LastStep): Generator<Emission> {
      yield* judge();
      if (slice.length > 0) yield takeSlice();
      if (foreign > 0 && last === 'end') {
        yield { type: 'dropped', count: foreign, reason: 'values that are no records' };
      }
      for (const [reason, count] of dropped) yield { type: 'dropped', count, reason };
    },
  };
}
