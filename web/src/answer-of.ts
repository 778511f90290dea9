import type { QueryLine, QueryRequest } from '../../core/api/questions.ts';
import type { Answer, Query } from '../../core/query.ts';

/** The most questions that the server takes in one request. */
const AT_ONCE = 64;

interface Waiting {
  readonly query: Query;
  readonly signal: AbortSignal | undefined;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

let gathered: Waiting[] = [];
let awaited = 0;

/** True while an answer is awaited. Asking again then would only make the server slower. */
export const isAsking = (): boolean => awaited > 0;

/** Asks one question. Questions of the same moment share a request, since a browser has few connections; each answer arrives as soon as the server has it. */
export function answerOf(query: Query, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (gathered.length === 0) setTimeout(sendGathered);
    gathered.push({ query, signal, resolve, reject });
  });
}

function sendGathered(): void {
  const wanted = gathered.filter(({ signal }) => signal?.aborted !== true);
  for (const { signal, reject } of gathered) if (signal?.aborted === true) reject(signal.reason);
  gathered = [];
  for (let start = 0; start < wanted.length; start += AT_ONCE) void send(wanted.slice(start, start + AT_ONCE));
}

async function send(batch: readonly Waiting[]): Promise<void> {
  awaited++;
  const open = new Set(batch);
  const aborter = new AbortController();
  for (const each of batch) {
    each.signal?.addEventListener('abort', () => {
      each.reject(each.signal?.reason);
      open.delete(each);
      if (open.size === 0) aborter.abort();
    });
  }
  try {
    const response = await fetch('/api/query', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ queries: batch.map(({ query }) => query) } satisfies QueryRequest),
      signal: aborter.signal,
    });
    if (!response.ok || response.body === null) {
      const { message } = (await response.json()) as { message?: string };
      throw new Error(message ?? `${response.status} ${response.statusText}`);
    }
    for await (const line of lines(response.body)) {
      const { index, answer } = JSON.parse(line) as QueryLine;
      const each = batch[index];
      if (each === undefined) continue;
      open.delete(each);
      if (answer.type === 'error') each.reject(new Error(answer.message));
      else each.resolve(answer);
    }
    throw new Error('the server gave no answer');
  } catch (error) {
    for (const each of open) each.reject(error);
  } finally {
    awaited--;
  }
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const whole = `${rest}${value}`.split('\n');
    rest = whole.pop() ?? '';
    yield* whole;
  }
}
