import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectTree } from '../../core/object-tree.ts';
import { OrgscopeError } from '../../core/problem.ts';
import { localFolder } from './local-folder.ts';

/** Yields the folders below a local one, symbolic links followed. */
export function localTree(root: string): ObjectTree {
  return {
    name: root,
    ref: { type: 'folder', path: root },
    async folders(path) {
      const folder = join(root, path);
      const names: string[] = [];
      try {
        for (const name of (await readdir(folder)).sort()) {
          // A broken link counts as absent.
          if ((await stat(join(folder, name)).catch(() => undefined))?.isDirectory() === true) names.push(name);
        }
      } catch (error) {
        const reason = (error as NodeJS.ErrnoException).code;
        if (reason === 'ENOENT' || reason === 'ENOTDIR') return [];
        throw new OrgscopeError(
          'denied',
          `${folder} may not be read: ${reason}`,
          'Give the user of this process read access.',
          { object: folder },
          { cause: error },
        );
      }
      return names;
    },
    below(path) {
      const source = localFolder(join(root, path));
      return {
        name: source.name,
        async *list(signal, trouble) {
          if (existsSync(source.name)) yield* source.list(signal, trouble);
        },
      };
    },
  };
}
