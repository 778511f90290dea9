import { z } from 'zod';
import type { Account, Reach } from '../aws/reach.ts';
import { readerWord } from '../aws/reader-word.ts';
import type { Json } from '../core/json.ts';

/** An account as a job's payload names it. */
export const accountPayload = z.object({
  id: z.string().regex(/^\d{12}$/),
  name: z.string(),
  /** Who reads it, as the lists name them; absent for the caller. */
  reader: z.string().optional(),
});

export function payloadOfAccount({ id, name, identity }: Account): Json {
  const reader = readerWord(identity);
  return { id, name, ...(reader === undefined ? {} : { reader }) };
}

/** The account of a job that another process planned, with credentials that this process finds by itself. */
export async function reviveAccount({ id, name, reader }: z.output<typeof accountPayload>, reach: Reach): Promise<Account> {
  return { id, name, identity: await reach.identity(reader), regions: undefined, origin: 'queue' };
}
