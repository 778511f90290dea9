import type { SourceObject } from '../../core/object.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { RecordReader } from '../../core/record-reader.ts';

/** The second sentence of an object's error: the consequence, and what to do. */
export interface ReadAdvice {
  readonly damaged: string;
  readonly unreachable: string;
  /** Where it is given, a record that can't be encoded fails its object. Otherwise it is a dead letter. */
  readonly refused?: string;
}

export const OBJECT_ADVICE: ReadAdvice = {
  damaged: 'Nothing of it is acknowledged, and the next run tries it again: restore the object, or remove it.',
  unreachable: 'Run again: objects that were read are kept.',
};

/** The error of an object whose content can't be read; `reason` completes "OBJECT …". */
export function damagedObject(object: SourceObject, reason: string, { damaged }: ReadAdvice, cause?: unknown): OrgscopeError {
  return new OrgscopeError('malformed', `${object.name} ${reason}`, damaged, { object: object.name }, { cause });
}

/** The error of an object whose reader can't go on. */
export function invalidObject(object: SourceObject, { reason, begins }: RecordReader, { damaged }: ReadAdvice): OrgscopeError {
  const where = { object: object.name, ...(begins !== undefined && { begins }) };
  return new OrgscopeError('malformed', `${object.name} ${reason}`, damaged, where);
}

/** The error of an object whose content did not come to its end. */
export function brokenOff(object: SourceObject, { unreachable }: ReadAdvice, cause: unknown): OrgscopeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `${object.name} broke off while it was read: ${reason}`;
  return new OrgscopeError('unreachable', message, unreachable, { object: object.name }, { cause });
}

/** The error of an object with a record that can't be encoded, where this fails the object. */
export function refusedRecord(object: SourceObject, location: string, reason: string, next: string): OrgscopeError {
  return new OrgscopeError('malformed', `${object.name} can't be read at ${location}: ${reason}`, next, { object: object.name });
}
