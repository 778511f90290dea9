import { appendFile, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DeadLetter } from '../core/store.ts';

/** Keeps what could not be indexed: one JSON line per dead letter, with its source and reason. */
export interface DeadLetterFile {
  readonly path: string;
  /** How many were appended since it was opened. */
  readonly count: number;
  append(deadLetters: readonly DeadLetter[]): Promise<void>;
  /** The first ones of the file, whichever process wrote them. */
  first(limit: number): Promise<readonly DeadLetter[]>;
}

const MAX_CONTENT = 64 * 1024;

/** The file and its folder are made with the first dead letter, and only the owner may read them: records may hold secrets. */
export function deadLetterFile(path: string): DeadLetterFile {
  let count = 0;
  let tail: Promise<void> = Promise.resolve();
  return {
    path,
    get count() {
      return count;
    },
    append(deadLetters) {
      const lines = deadLetters.map((each) => `${JSON.stringify({ ...each, content: each.content.slice(0, MAX_CONTENT) })}\n`);
      tail = tail.then(async () => {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await appendFile(path, lines.join(''), { mode: 0o600 });
        count += deadLetters.length;
      });
      return tail;
    },
    async first(limit) {
      await tail;
      const deadLetters: DeadLetter[] = [];
      const file = await open(path).catch(() => undefined);
      if (file === undefined || limit === 0) return [];
      for await (const line of file.readLines()) {
        try {
          deadLetters.push(JSON.parse(line) as DeadLetter);
        } catch {
          // A process was killed while it wrote this line.
        }
        if (deadLetters.length === limit) break;
      }
      return deadLetters;
    },
  };
}
