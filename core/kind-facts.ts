import { DECLARED_KINDS } from './declared-kinds.ts';
import type { KindFacts } from './kind-page.ts';

/** The objects of buckets: the s3 pipeline writes them, so that no kind of inventory declares them. */
const S3_OBJECT: KindFacts = { name: 's3-object', recordField: 'aws.s3.object', byWholeNameOnly: true, neverConnected: true };

/** The kinds of which search or the resource page has something to know. */
export const KIND_FACTS: readonly KindFacts[] = [...DECLARED_KINDS, S3_OBJECT];

const byName = new Map(KIND_FACTS.map((facts) => [facts.name, facts]));

/** Undefined for a kind that needs no more than its documents. */
export const kindFacts = (name: string): KindFacts | undefined => byName.get(name);
