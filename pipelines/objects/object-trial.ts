import type { SourceObject } from '../../core/object.ts';
import type { Emission } from '../../core/pipeline.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { ReadAdvice } from './object-errors.ts';

/** After so many records, or bytes of documents, it is clear whether the object is what it was taken for. */
const TRIAL_RECORDS = 1000;
const TRIAL_BYTES = 4 * 1024 * 1024;

export interface ObjectTrial {
  hold(emission: Emission): void;
  /** Counts a record, with the bytes of its document or why there is none. Yields whether the trial is over. */
  count(documentBytes: number, reason: string | undefined): boolean;
  /** Yields what was held. Throws an OrgscopeError if most of the records are unfit. */
  end(): readonly Emission[];
}

/** Keeps what the first records of an object give, until it is clear that it is what it was taken for. */
export function objectTrial({ name }: SourceObject, takenFor: string, advice: ReadAdvice): ObjectTrial {
  const held: Emission[] = [];
  let bytes = 0;
  let records = 0;
  let unfit = 0;
  let first = '';
  return {
    hold(emission) {
      held.push(emission);
    },
    count(documentBytes, reason) {
      records++;
      bytes += documentBytes;
      if (reason !== undefined) {
        unfit++;
        first ||= reason;
      }
      return records >= TRIAL_RECORDS || bytes >= TRIAL_BYTES;
    },
    end() {
      if (unfit * 2 <= records) return held;
      const some = `${unfit.toLocaleString('en-US')} of its first ${records.toLocaleString('en-US')} records do not fit`;
      const message = `${name} was taken for ${takenFor}, and ${some}; the first one ${first}`;
      throw new OrgscopeError('malformed', message, advice.damaged, { object: name });
    },
  };
}
