interface Cause {
  readonly type?: string;
  readonly reason?: string;
  readonly caused_by?: Cause;
  readonly failed_shards?: readonly { readonly reason?: Cause }[];
}

/** Engines nest ten causes at most; a deeper answer comes from another server. */
const DEEPEST = 20;

/**
 * Yields the reason of an engine's error: that of the outermost cause, and that of the innermost one, which says most. For a search that failed on all
 * shards, the innermost cause is that of the first shard.
 */
export function explainCause(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error === 'string' ? error : '';
  const outermost = error as Cause;
  let inner = outermost;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const next = inner.caused_by ?? inner.failed_shards?.[0]?.reason;
    if (typeof next !== 'object' || next === null) break;
    inner = next;
  }
  const [first, last] = [text(outermost.reason), text(inner.reason)];
  if (last === '' || first.includes(last)) return first;
  return first === '' || last.includes(first) ? last : `${first}: ${last}`;
}

const text = (reason: unknown): string => (typeof reason === 'string' ? reason : '');
