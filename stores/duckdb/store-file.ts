import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { OrgscopeError, type ProblemCode } from '../../core/problem.ts';

/**
 * What stands in the way of the embedded store's file, each kind with what to do about it. Nothing is ever deleted: trails and bills could be read again,
 * and the history of resources could not.
 */

const KEEP_IT =
  'Nothing was changed. Put a backup in its place, or move it aside and run again: trails and bills are read anew, and AWS tells how resources are now; their history is in this file alone, so keep it.';

/** DuckDB's mark, after the checksum of its first block. */
const MARK_AT = 8;
const MARK = 'DUCK';
/** With this a log begins: the field of its type (100), its version (98), the next field. Where it does not, DuckDB takes it for one that is cut off, and drops it. */
const LOG_BEGINS = Buffer.from([0x64, 0x00, 0x62, 0x65]);

/** Throws an OrgscopeError where what lies at the path is no store. Where nothing lies there, one is made. */
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
    `Nothing was changed. Move ${logOf(path)} aside and run again: the store is then as it was some minutes before, and what is missing is read again.`,
    { file: logOf(path) },
    { cause },
  );

/** Undefined where nothing is there. */
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

/** In this order. DuckDB has no codes: the text only chooses between explanations, and decides nothing else. */
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

/** An error of the store's file as one message, with the process that holds it where DuckDB tells. */
export function storeFailure(path: string, error: unknown): OrgscopeError {
  if (error instanceof OrgscopeError) return error;
  const whole = error instanceof Error ? error.message : String(error);
  // The names of folders are no signs.
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
