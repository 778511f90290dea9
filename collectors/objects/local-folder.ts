import { isUtf8 } from 'node:buffer';
import { createReadStream, type Stats } from 'node:fs';
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ListingTrouble, ObjectSource, SourceObject } from '../../core/object.ts';
import { OrgscopeError } from '../../core/problem.ts';

/** A path in the file system; as bytes where it is not valid UTF-8, since its text would name another file. */
type Path = string | Buffer;
type OnTrouble = (trouble: ListingTrouble) => void;

/**
 * Yields the files below a folder (or the one named file), sorted by path. A folder that several symbolic links lead to is read once. A broken link
 * is a failure: its target was meant to be read, and may lie on a disk that is not mounted.
 */
export function localFolder(path: string): ObjectSource {
  return {
    name: path,
    async *list(signal, trouble = raise) {
      const root = await attempt('missing', path, () => realpath(path));
      const status = await attempt('missing', root, () => stat(root));
      if (status.isDirectory()) yield* walk(root, '', new Set(), signal, trouble);
      else if (status.isFile()) yield localFile(root, basename(path), status);
      else throw new OrgscopeError('usage', `${path} is ${kindOf(status)}.`, 'Name a folder or a file.', { object: path });
    },
  };
}

/** `walked`: real paths of the folders that were already read, so that circular links end. */
async function* walk(
  folder: Path,
  prefix: string,
  walked: Set<string>,
  signal: AbortSignal | undefined,
  trouble: OnTrouble,
): AsyncIterable<SourceObject> {
  walked.add(shown(folder));
  for (const name of await namesIn(folder, trouble)) {
    signal?.throwIfAborted();
    const entry = joined(folder, name);
    const path = `${prefix}${shown(name)}`;
    let real: Path;
    let status: Stats;
    try {
      real = await attempt('missing', entry, () => resolved(entry));
      status = await attempt('denied', real, () => stat(real));
    } catch (error) {
      if (!(error instanceof OrgscopeError)) throw error;
      trouble({ type: 'failed', error });
      continue;
    }
    if (status.isDirectory()) {
      if (!walked.has(shown(real))) yield* walk(real, `${path}/`, walked, signal, trouble);
    } else if (status.isFile()) {
      yield localFile(real, path, status);
    } else {
      trouble({ type: 'left-out', reason: 'no files but pipes, sockets or devices', object: shown(entry) });
    }
  }
}

async function namesIn(folder: Path, trouble: OnTrouble): Promise<Path[]> {
  try {
    const names = await attempt('denied', folder, () => readdir(folder));
    // Node replaces invalid UTF-8 by U+FFFD, and such a name can't be opened.
    const exact = names.some((name) => name.includes('\ufffd'))
      ? (await attempt('denied', folder, () => readdir(folder, { encoding: 'buffer' }))).map(fromBytes)
      : names;
    // By code unit rather than by locale, so that the order is the same on every machine.
    return exact.sort((a, b) => (shown(a) < shown(b) ? -1 : 1));
  } catch (error) {
    if (!(error instanceof OrgscopeError)) throw error;
    trouble({ type: 'failed', error });
    return [];
  }
}

export function localFile(
  real: Path,
  path: string,
  { size, mtimeMs: modified }: { readonly size: number; readonly mtimeMs: number },
): SourceObject {
  const name = shown(real);
  return {
    key: `file://${name}#${size}-${modified}`,
    name,
    path,
    size,
    modified,
    ref: {
      type: 'file',
      path: name,
      ...(typeof real === 'string' ? {} : { bytes: real.toString('base64') }),
      size,
      modified,
    },
    open: (signal) =>
      attempt('denied', real, async () => {
        const stream = createReadStream(real, { signal });
        await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
        return { body: stream };
      }),
    read: (signal) => attempt('denied', real, async () => ({ body: await readFile(real, { signal }) })),
    slice: (start, end, signal) => attempt('denied', real, () => readSlice(real, start, end, signal)),
  };
}

async function readSlice(path: Path, start: number, end: number, signal: AbortSignal | undefined): Promise<Buffer> {
  signal?.throwIfAborted();
  await using file = await open(path);
  const buffer = Buffer.allocUnsafe(end - start);
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

const fromBytes = (bytes: Buffer): Path => (isUtf8(bytes) ? bytes.toString('utf8') : bytes);

const resolved = async (path: Path): Promise<Path> => fromBytes(await realpath(path, { encoding: 'buffer' }));

const joined = (folder: Path, name: Path): Path =>
  typeof folder === 'string' && typeof name === 'string'
    ? `${folder === '/' ? '' : folder}/${name}`
    : Buffer.concat([Buffer.from(folder), Buffer.from('/'), Buffer.from(name)]);

/** A path for messages and for ledger keys: invalid UTF-8 as `\xE9`. */
function shown(path: Path): string {
  if (typeof path === 'string') return path;
  return path.toString('latin1').replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

function raise(trouble: ListingTrouble): void {
  if (trouble.type === 'failed') throw trouble.error;
}

function kindOf(status: Stats): string {
  if (status.isFIFO()) return 'a pipe';
  return status.isSocket() ? 'a socket' : 'a device';
}

/** Does the work; an error of the file system becomes an OrgscopeError that names the path. `code` is for errors other than missing or denied. */
async function attempt<T>(code: 'denied' | 'missing', path: Path, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    if (reason === undefined || reason === 'ABORT_ERR') throw error;
    const name = shown(path);
    const where = { object: name };
    if (reason === 'ENOENT' || reason === 'ENOTDIR') {
      throw new OrgscopeError('missing', `${name} does not exist`, 'Check the path; a broken link counts too.', where, {
        cause: error,
      });
    }
    if (reason === 'ELOOP') {
      throw new OrgscopeError('missing', `${name} is a link that leads back to itself`, 'Remove the link.', where, {
        cause: error,
      });
    }
    if (reason === 'EACCES' || reason === 'EPERM') {
      throw new OrgscopeError('denied', `${name} may not be read`, 'Give the user of this process read access.', where, {
        cause: error,
      });
    }
    throw new OrgscopeError(code, `${name} cannot be read: ${reason}`, 'See the reason; then run again.', where, {
      cause: error,
    });
  }
}
