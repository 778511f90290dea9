interface Cause {
  readonly type?: string;
  readonly reason?: string;
  readonly caused_by?: Cause;
  readonly failed_shards?: readonly { readonly reason?: Cause }[];
}

/** Engines nest ten deep at most; what is deeper is no answer of theirs. */
const DEEPEST = 20;

/**
 * Yields what an engine says went wrong: its own word, and what is innermost below it, where the reason is. Of a search that failed on all shards
 * that is the first one's.
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
