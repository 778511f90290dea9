import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { SqlLine } from '../core/api/questions.ts';
import type { Progress } from '../core/api/runs.ts';
import type { Orgscope } from '../core/orgscope.ts';
import { OrgscopeError, type ProblemCode } from '../core/problem.ts';
import type { RunReport, SqlAnswer } from '../core/store.ts';
import type { UpFile } from './up-file.ts';

/** The store that a running `up` holds, asked over its HTTP API. */
export function remoteOrgscope({ address, token }: Pick<UpFile, 'address' | 'token'>): Orgscope {
  const authorization = `Bearer ${token}`;

  async function request(method: 'GET' | 'POST', path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${address}/api/${path}`, {
        method,
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw new OrgscopeError(
        'unreachable',
        `\`up\` does not answer at ${address}.`,
        'It may just have been stopped: try again.',
        {},
        { cause: error },
      );
    }
    if (response.ok) return response;
    const problem = (await response.json().catch(() => ({}))) as { code?: ProblemCode; message?: string; next?: string };
    throw new OrgscopeError(
      problem.code ?? 'unexpected',
      problem.message ?? `${address} answered ${response.status}.`,
      problem.next ?? '',
    );
  }
  const get = async <Answer>(path: string) => (await (await request('GET', path)).json()) as Answer;
  const post = async <Answer>(path: string, body: object) => (await (await request('POST', path, body)).json()) as Answer;

  return {
    info: () => get('info'),
    status: () => get('status'),
    search: (search) => post('search', search),
    async sql(text, signal) {
      const { body } = await request('POST', 'sql', { sql: text }, signal);
      const lines = sqlLines(body as ReadableStream);
      const first = await lines.next();
      if (first.done === true || !('columns' in first.value)) throw cut();
      return { columns: first.value.columns, rows: sqlRows(lines) };
    },
    prune: (request) => post('prune', request),
    submit: async (run) => (await post<{ id: string }>('runs', run)).id,
    submitImport: async (dump) => (await post<{ id: string }>('import', dump)).id,
    async follow(run, onProgress) {
      const { body } = await request('GET', `runs/${encodeURIComponent(run)}/events`);
      for await (const { event, data } of events(body as ReadableStream)) {
        if (event === 'progress') onProgress(data as Progress);
        else if (event === 'report') return data as RunReport;
      }
      throw new OrgscopeError(
        'interrupted',
        `\`up\` was stopped before run ${run} ended.`,
        'Start it again, or run without it: what is stored is not read again.',
      );
    },
    async run(id, { limit, failedOnly }) {
      try {
        return await get(`runs/${encodeURIComponent(id)}?limit=${limit}&failedOnly=${failedOnly}`);
      } catch (error) {
        if (error instanceof OrgscopeError && error.code === 'missing') return undefined;
        throw error;
      }
    },
    problems(id, { cause, after, limit }) {
      const query = new URLSearchParams({
        limit: String(limit),
        ...(cause === undefined ? {} : { cause }),
        ...(after === undefined ? {} : { after }),
      });
      return get(`runs/${encodeURIComponent(id)}/problems?${query}`);
    },
    close: async () => undefined,
  };
}

async function* sqlLines(body: ReadableStream): AsyncGenerator<SqlLine, void> {
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(body) })) yield JSON.parse(line) as SqlLine;
  } catch (cause) {
    throw cut(cause);
  }
}

async function* sqlRows(lines: AsyncIterable<SqlLine>): SqlAnswer['rows'] {
  for await (const line of lines) {
    if ('rows' in line) yield line.rows;
    if ('error' in line) throw new OrgscopeError(line.error.code, line.error.message, line.error.next);
    if ('count' in line) return;
  }
  throw cut();
}

const cut = (cause?: unknown): OrgscopeError =>
  new OrgscopeError(
    'interrupted',
    'The answer of `up` ended in the middle.',
    'It may just have been stopped: ask again.',
    {},
    { cause },
  );

/** Parses server-sent events in the form that our server writes: one line of data each. */
async function* events(body: ReadableStream): AsyncGenerator<{ event: string; data: unknown }> {
  let event = 'message';
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(body) })) {
      if (line.startsWith('event: ')) event = line.slice('event: '.length);
      else if (line.startsWith('data: ')) yield { event, data: JSON.parse(line.slice('data: '.length)) };
      else if (line === '') event = 'message';
    }
  } catch {
    // The connection was cut: the caller reports it.
  }
}
