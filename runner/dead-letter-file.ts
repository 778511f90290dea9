import { appendFile, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DeadLetter } from '../core/store.ts';

/** Keeps what could not be indexed: one JSON line per dead letter, with its source and reason. */
export interface DeadLetterFile {
  readonly path: string;
  /** How many were appended since it was opened. */
  readonly count: number;
  append(letters: readonly DeadLetter[]): Promise<void>;
  /** The first ones, of whichever process. */
  first(limit: number): Promise<readonly DeadLetter[]>;
}

const MAX_CONTENT = 64 * 1024;

/** The file and its folder are made with the first letter, readable by the owner alone: records may hold what their reader must not see. */
export function deadLetterFile(path: string): DeadLetterFile {
  let count = 0;
  let tail: Promise<void> = Promise.resolve();
  return {
    path,
    get count() {
      return count;
    },
    append(letters) {
      const lines = letters.map((letter) => `${JSON.stringify({ ...letter, content: letter.content.slice(0, MAX_CONTENT) })}\n`);
      tail = tail.then(async () => {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await appendFile(path, lines.join(''), { mode: 0o600 });
        count += letters.length;
      });
      return tail;
    },
    async first(limit) {
      await tail;
      const letters: DeadLetter[] = [];
      const file = await open(path).catch(() => undefined);
      if (file === undefined || limit === 0) return [];
      for await (const line of file.readLines()) {
        try {
          letters.push(JSON.parse(line) as DeadLetter);
        } catch {
          // The last line of a process that was killed.
        }
        if (letters.length === limit) break;
      }
      return letters;
    },
  };
}
