import { signal } from '@preact/signals';
import { useLayoutEffect, useState } from 'preact/hooks';
import type { FindAnswer, FindRequest, ResourceAnswer, ResourceRequest } from '../../core/api/resources.ts';
import type { ProblemsAnswer, Progress, RunDetail, Status } from '../../core/api/runs.ts';
import type { AggregateAnswer, AggregateQuery, RowsAnswer, RowsQuery } from '../../core/query.ts';
import { answerOf, isAsking } from './answer-of.ts';
import { refresh } from './state.ts';

/** The state of a question: its answer, its error, and whether an answer is awaited. The last answer stays visible while the next one is awaited. */
export interface Asked<Result> {
  readonly result: Result | undefined;
  readonly error: string;
  readonly waiting: boolean;
}

async function request<Result>(path: string, init?: RequestInit): Promise<Result> {
  const response = await fetch(path, init);
  const body = (await response.json()) as Result & { message?: string };
  if (!response.ok) throw new Error(body.message ?? `${response.status} ${response.statusText}`);
  return body;
}

function useAsked<Result>(key: string, ask: (signal: AbortSignal) => Promise<Result>): Asked<Result> {
  const [asked, setAsked] = useState<Asked<Result>>({ result: undefined, error: '', waiting: true });
  const tick = refresh.value;
  // `ask` is a new function at each rendering and means what `key` says, so only `key` is compared. A layout effect asks before the browser paints.
  useLayoutEffect(() => {
    const aborter = new AbortController();
    setAsked((before) => ({ ...before, waiting: true }));
    ask(aborter.signal).then(
      (result) => setAsked({ result, error: '', waiting: false }),
      (error: unknown) => {
        if (!aborter.signal.aborted)
          setAsked((before) => ({ ...before, error: error instanceof Error ? error.message : String(error), waiting: false }));
      },
    );
    return () => aborter.abort();
  }, [key, tick]);
  return asked;
}

/** Like `useAsked`, but asks nothing while the key is undefined. */
export function useAggregateOf(query: AggregateQuery | undefined): AggregateAnswer | undefined {
  const asked = useAsked(query === undefined ? '' : JSON.stringify(query), async (signal) =>
    query === undefined ? undefined : ((await answerOf(query, signal)) as AggregateAnswer),
  );
  return query === undefined || asked.waiting ? undefined : asked.result;
}

export function useAggregate(query: AggregateQuery): Asked<AggregateAnswer> {
  return useAsked(JSON.stringify(query), (signal) => answerOf(query, signal) as Promise<AggregateAnswer>);
}

export function useRows(query: RowsQuery): Asked<RowsAnswer> {
  return useAsked(JSON.stringify(query), (signal) => answerOf(query, signal) as Promise<RowsAnswer>);
}

const post = <Result>(path: string, body: object, signal: AbortSignal) =>
  request<Result>(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal });

export const useResource = (key: string): Asked<ResourceAnswer> =>
  useAsked(`resource ${key}`, (signal) => post('/api/resource', { key } satisfies ResourceRequest, signal));

export const findResources = async (text: string, limit: number, signal: AbortSignal): Promise<FindAnswer> =>
  post('/api/find', { text, limit } satisfies FindRequest, signal);

export const useStatus = (): Asked<Status> => useAsked('status', (signal) => request('/api/status', { signal }));

/** How many jobs of a run are listed; the failed ones come first. */
const JOBS = 2_000;

export const useRun = (id: string, failedOnly: boolean): Asked<RunDetail> =>
  useAsked(`run ${id} ${failedOnly}`, (signal) =>
    request(`/api/runs/${encodeURIComponent(id)}?limit=${JOBS}&failedOnly=${failedOnly}`, { signal }),
  );

/** The problems of a run that have this cause, a page at a time. */
export function problemsOf(run: string, cause: string, after: string | undefined): Promise<ProblemsAnswer> {
  const query = new URLSearchParams({ cause, ...(after === undefined ? {} : { after }) });
  return request(`/api/runs/${encodeURIComponent(run)}/problems?${query}`);
}

/** The progress of the current run; null while there is none. */
export const progress = signal<Progress | null>(null);
/** False while the server does not answer. The browser keeps trying to connect. */
export const connected = signal(true);

const REFRESH_EVERY_MS = 5_000;

/** Follows the current run. Panels ask again while it brings documents, and once when it ends. */
export function followProgress(): () => void {
  const source = new EventSource('/api/progress');
  source.onopen = () => {
    if (!connected.value) refresh.value++;
    connected.value = true;
  };
  source.onerror = () => {
    connected.value = false;
  };
  source.onmessage = ({ data }) => {
    const next = JSON.parse(String(data)) as Progress | null;
    if (next === null && progress.value !== null) refresh.value++;
    progress.value = next;
  };
  const timer = setInterval(() => {
    if (progress.value !== null && document.visibilityState === 'visible' && !isAsking()) refresh.value++;
  }, REFRESH_EVERY_MS);
  return () => {
    source.close();
    clearInterval(timer);
  };
}
