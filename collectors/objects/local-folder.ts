import { createReadStream } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ObjectSource, SourceObject } from '../../core/object.ts';
import { OrgscopeError } from '../../core/problem.ts';

/** Yields the files below a folder (or the one file named), sorted by path, symbolic links followed once. */
export function localFolder(path: string): ObjectSource {
  return {
    name: path,
    async *list(signal) {
      const root = await attempt('missing', path, () => realpath(path));
      const status = await attempt('missing', root, () => stat(root));
      if (status.isDirectory()) yield* walk(root, '', new Set([root]), signal);
      else yield localFile(root, basename(path), status);
    },
  };
}

/** `ancestors`: real paths of the folders above, so that a link back up ends the walk instead of repeating it for ever. */
async function* walk(
  folder: string,
  prefix: string,
  ancestors: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): AsyncIterable<SourceObject> {
  const names = await attempt('denied', folder, () => readdir(folder));
  // Bytewise rather than by locale: the same order on every machine.
  names.sort((a, b) => (a < b ? -1 : 1));
  for (const name of names) {
    signal?.throwIfAborted();
    const entry = join(folder, name);
    const path = `${prefix}${name}`;
    const real = await attempt('missing', entry, () => realpath(entry));
    const status = await attempt('denied', real, () => stat(real));
    if (status.isDirectory()) {
      if (!ancestors.has(real)) yield* walk(real, `${path}/`, new Set([...ancestors, real]), signal);
    } else if (status.isFile()) {
      yield localFile(real, path, status);
    }
  }
}

export function localFile(
  real: string,
  path: string,
  { size, mtimeMs: modified }: { readonly size: number; readonly mtimeMs: number },
): SourceObject {
  return {
    key: `file://${real}#${size}-${modified}`,
    name: real,
    path,
    size,
    modified,
    ref: { type: 'file', path: real, size, modified },
    open: (signal) =>
      attempt('denied', real, async () => {
        const stream = createReadStream(real, { signal });
        await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
        return stream;
      }),
    read: (signal) => attempt('denied', real, () => readFile(real, { signal })),
  };
}

/** What the file system refuses, as an error that names the path. */
async function attempt<T>(code: 'denied' | 'missing', path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    if (reason === undefined || reason === 'ABORT_ERR') throw error;
    const where = { object: path };
    if (reason === 'ENOENT' || reason === 'ENOTDIR') {
      throw new OrgscopeError('missing', `${path} does not exist`, 'Check the path; a broken link counts too.', where, {
        cause: error,
      });
    }
    if (reason === 'EACCES' || reason === 'EPERM') {
      throw new OrgscopeError('denied', `${path} may not be read`, 'Give the user of this process read access.', where, {
        cause: error,
      });
    }
    throw new OrgscopeError(code, `${path} cannot be read: ${reason}`, 'See the reason; then run again.', where, {
      cause: error,
    });
  }
}
