import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { OrgscopeError, type ProblemCode } from '../../core/problem.ts';

/**
 * Explains why the file of the embedded store can't be opened or used, and what to do next. Nothing is ever deleted: trails and bills could be read
 * again, and the history of resources could not.
 */

const KEEP_IT =
  'Nothing was changed. Put a backup in its place, or move it aside and run again: trails and bills are read again, and so is the current state of resources. Their history is only in this file, so keep it.';

/** The magic bytes of DuckDB, after the checksum of the first block. */
const MARK_AT = 8;
const MARK = 'DUCK';
/** The first bytes of a log: the field of its type (100), its version (98), the next field. DuckDB takes a log without them for a truncated one, and drops it. */
const LOG_BEGINS = Buffer.from([0x64, 0x00, 0x62, 0x65]);

/** Throws an OrgscopeError where the file at the path is no store. A missing file is no error: the store is created there. */
export function checkStoreFile(path: string): void {
  const head = beginningOf(path);
  if (head === undefined) return;
  const fail = (message: string, next: string) => {
    throw new OrgscopeError('malformed', message, next, { file: path });
  };
  if (head.length === 0) fail('The store is an empty file.', 'Delete it and run again.');
  if (head.length < MARK_AT + MARK.length || head.toString('latin1', MARK_AT, MARK_AT + MARK.length) !== MARK) {
    fail('This is no store: the file is no DuckDB database.', 'Give another folder with --data, or move the file aside.');
  }
  const log = beginningOf(logOf(path));
  if (log !== undefined && log.length >= LOG_BEGINS.length && !log.subarray(0, LOG_BEGINS.length).equals(LOG_BEGINS)) {
    throw damagedLog(path);
  }
}

const logOf = (path: string): string => `${path}.wal`;

const damagedLog = (path: string, cause?: unknown): OrgscopeError =>
  new OrgscopeError(
    'malformed',
    'The log of the last changes is damaged, or belongs to another state of the store.',
    `Nothing was changed. Move ${logOf(path)} aside and run again: the store is then in the state of some minutes before, and what it lacks is read again.`,
    { file: logOf(path) },
    { cause },
  );

/** Undefined where there is no file. */
function beginningOf(path: string): Buffer | undefined {
  if (!existsSync(path)) return undefined;
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(MARK_AT + MARK.length);
    return head.subarray(0, readSync(file, head));
  } finally {
    closeSync(file);
  }
}

interface Kind {
  readonly sign: RegExp;
  readonly code: ProblemCode;
  readonly message: string;
  readonly next: string;
}

const DAMAGED: Omit<Kind, 'sign'> = {
  code: 'malformed',
  message: 'The store is damaged: a checksum in it is wrong.',
  next: KEEP_IT,
};

/** Tried in this order. DuckDB has no error codes; its text only chooses between explanations here. */
const KINDS: readonly Kind[] = [
  {
    sign: /Conflicting lock|Could not set lock/i,
    code: 'conflict',
    message: 'Another process has the store open.',
    next: 'Stop it, or give this one another folder with --data.',
  },
  {
    sign: /newer version|version number|unknown storage version/i,
    code: 'conflict',
    message: 'The store was made by a newer version of DuckDB than this orgscope has.',
    next: 'Nothing was changed. Use the orgscope that made it, or a newer one, or give this one another folder with --data.',
  },
  {
    sign: /No space left|File too large|quota exceeded|ENOSPC|EDQUOT|EFBIG/i,
    code: 'store',
    message: 'There is no room on the disk for the store.',
    next: 'Free some, then run again: what was stored stays. `orgscope prune` removes what is older than lists/retention.txt says.',
  },
  {
    sign: /Permission denied|Operation not permitted|Read-only file system|EACCES|EPERM|EROFS/i,
    code: 'denied',
    message: 'The store may not be read or written by this user.',
    next: 'Run as the user who made it, change its permissions, or give another folder with --data.',
  },
  {
    sign: /Is a directory|EISDIR|Not a directory|ENOTDIR|EEXIST/i,
    code: 'malformed',
    message: 'Where the store should be, a file and a folder are mixed up.',
    next: 'Give another folder with --data, or move aside what is in the way.',
  },
  {
    sign: /Could not read enough bytes|Could not read all bytes/i,
    code: 'malformed',
    message: 'The store is cut off: its file is shorter than it says.',
    next: KEEP_IT,
  },
  { sign: /Corrupt database file|computed checksum/i, ...DAMAGED },
];

/** An error of the store's file as one message. It names the process that holds the file, where DuckDB does. */
export function storeFailure(path: string, error: unknown): OrgscopeError {
  if (error instanceof OrgscopeError) return error;
  const whole = error instanceof Error ? error.message : String(error);
  // Names of folders must not match.
  const said = whole.replaceAll(path, '');
  if (/WAL/.test(said)) return damagedLog(path, error);
  const kind = KINDS.find(({ sign }) => sign.test(said));
  const where = { file: path };
  if (kind === undefined) {
    const next = 'See the message. What was stored stays.';
    return new OrgscopeError('store', `The store failed: ${whole.split('\n', 1)[0]}`, next, where, { cause: error });
  }
  const holder = /\(PID (\d+)\)/.exec(said)?.[1];
  const message = holder === undefined ? kind.message : kind.message.replace('process', `process (${holder})`);
  return new OrgscopeError(kind.code, message, kind.next, where, { cause: error });
}
