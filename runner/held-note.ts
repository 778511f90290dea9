import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Ledger } from '../core/store.ts';

/** How many documents each index, or each report's part of a month, should hold. */
export type Held = Record<string, number>;

/** The note in the ledger that says what the store should hold, which many processes change at the same time. */
export interface HeldNote {
  read(): Promise<Held>;
  /** Calls `edit` with what the note says now, once more for each change that another process made first. */
  change(edit: (held: Held) => void): Promise<void>;
  /** Resolves once the changes so far have ended. */
  settled(): Promise<void>;
}

const NOTE = 'holdings';
const shape = z.record(z.string(), z.int().nonnegative());

export function heldNote(ledger: Pick<Ledger, 'note' | 'swapNote'>): HeldNote {
  let tail: Promise<void> = Promise.resolve();
  return {
    read: async () => parse(await ledger.note(NOTE)),
    change(edit) {
      const result = tail.then(async () => {
        for (;;) {
          const before = await ledger.note(NOTE);
          const held = parse(before);
          edit(held);
          const after = JSON.stringify(held);
          if (after === before || (await ledger.swapNote(NOTE, before, after))) return;
          // Another process changed the note meanwhile: the edit is made again, on what that process wrote.
          await sleep(1);
        }
      });
      tail = result.catch(() => undefined);
      return result;
    },
    settled: () => tail,
  };
}

/** A note that can't be read counts as empty: then no gap is reported until documents have been counted again. */
function parse(text: string | undefined): Held {
  if (text === undefined) return {};
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
