import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { QueueStatus } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { Meter } from '../core/meter.ts';
import { NO_JOB } from '../core/store.ts';

export interface PrometheusOptions {
  readonly clock: Clock;
  readonly version: string;
  /** Pipelines whose objects tell when they were delivered, in milliseconds, by their keys: each has a gauge of its lag. */
  readonly deliveryTimes: ReadonlyMap<PipelineName, (key: string) => number | undefined>;
}

/** The metrics in the text format of Prometheus. */
export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface PrometheusMeter extends MetricsText, Meter {
  readonly registry: Registry;
  /** Asks the queue at each scrape; undefined where there is none. */
  watchQueue(ask: () => Promise<QueueStatus | undefined>): void;
}

/** A write of 16 MiB takes DuckDB about 200 ms and an engine about a second; a minute is an engine in trouble. */
const WRITE_BUCKETS_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** A meter whose metrics Prometheus can scrape, counted from the start of the process. Each meter has its own registry. */
export function prometheusMeter({ clock, version, deliveryTimes }: PrometheusOptions): PrometheusMeter {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });

  new Gauge({ name: 'orgscope_info', help: 'Always 1; the label says the version.', labelNames: ['version'], registers }).set(
    { version },
    1,
  );
  const documents = counter(
    'orgscope_documents_total',
    'Documents of ended jobs: `stored` (new or there already), `dropped` on purpose, `dead_letter`, `retired` (no longer there).',
    ['pipeline', 'result'],
  );
  const bytes = counter('orgscope_bytes_total', 'Bytes of the documents of ended jobs.', ['pipeline']);
  const jobs = counter('orgscope_jobs_total', 'Jobs that ended.', ['pipeline', 'state']);
  const problems = counter('orgscope_problems_total', 'Problems of ended jobs that left something out of the result.', [
    'pipeline',
    'code',
  ]);
  const retries = counter('orgscope_job_retries_total', 'Attempts at jobs that failed and were followed by another one.', [
    'pipeline',
    'code',
  ]);
  const runs = counter('orgscope_runs_total', 'Runs that ended.', ['pipeline', 'state']);
  const success = new Gauge({
    name: 'orgscope_last_success_timestamp_seconds',
    help: 'When the last run of the pipeline without a failure ended.',
    labelNames: ['pipeline'],
    registers,
  });

  const stored = counter(
    'orgscope_store_documents_total',
    'Documents by what the store made of them: `written` (new or newer), `unchanged` (there already), `rejected` (now dead letters).',
    ['result'],
  );
  const storedBytes = counter('orgscope_store_bytes_total', 'Bytes of the documents that the store took.', []);
  const sources = counter('orgscope_sources_total', 'Sources (objects, deliveries) acknowledged.', ['pipeline']);
  const writes = new Histogram({
    name: 'orgscope_store_write_seconds',
    help: 'How long the store took for a batch, waiting and retries included.',
    labelNames: ['outcome'],
    buckets: WRITE_BUCKETS_SECONDS,
    registers,
  });
  const waits = counter('orgscope_store_waits_total', 'How often a batch had to wait, since the store was busy or away.', [
    'code',
  ]);
  const waiting = new Gauge({ name: 'orgscope_store_waiting', help: '1 while a batch waits for the store, else 0.', registers });

  const newestDelivery = new Map<PipelineName, number>();
  for (const pipeline of deliveryTimes.keys()) {
    new Gauge({
      name: `orgscope_${pipeline.replaceAll('-', '_')}_lag_seconds`,
      help: `Current time minus the time at which the newest object of ${pipeline} that this process stored was delivered; absent before the first one.`,
      registers,
      collect() {
        const newest = newestDelivery.get(pipeline);
        if (newest !== undefined) this.set((clock.now().getTime() - newest) / 1000);
        else this.remove();
      },
    });
  }
  let askQueue: (() => Promise<QueueStatus | undefined>) | undefined;
  let asked: Promise<QueueStatus | undefined> | undefined;
  /** Called at each scrape. When the queue does not answer, its metrics are absent and all others are still served. */
  const queue = (): Promise<QueueStatus | undefined> => {
    asked ??= (askQueue?.() ?? Promise.resolve(undefined))
      .catch(() => undefined)
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
  new Gauge({
    name: 'orgscope_workers',
    help: 'Workers that the queue on Redis knows; absent without one.',
    registers,
    async collect() {
      const status = await queue();
      if (status === undefined) this.remove();
      else this.set(status.workers.length);
    },
  });
  new Gauge({
    name: 'orgscope_queue_jobs',
    help: 'Jobs in the queue on Redis: `waiting`, `delayed` (for another attempt or a free slot of their account), `active`; absent without one.',
    labelNames: ['pipeline', 'state'],
    registers,
    async collect() {
      const status = await queue();
      this.reset();
      for (const { pipeline, waiting, delayed, active } of status?.pipelines ?? []) {
        this.set({ pipeline, state: 'waiting' }, waiting);
        this.set({ pipeline, state: 'delayed' }, delayed);
        this.set({ pipeline, state: 'active' }, active);
      }
    },
  });

  const calls = counter('orgscope_aws_calls_total', 'Requests to AWS, repeats included: `ok`, or the code of the problem.', [
    'service',
    'operation',
    'outcome',
  ]);
  const repeats = counter('orgscope_aws_retries_total', 'Requests to AWS that repeated one that failed.', [
    'service',
    'operation',
  ]);
  const dollars = counter('orgscope_aws_call_dollars_total', "What the requests cost, in US dollars by AWS's list price.", [
    'service',
    'operation',
  ]);

  return {
    registry,
    contentType: registry.contentType,
    text: () => registry.metrics(),
    watchQueue(ask) {
      askQueue = ask;
    },
    batchStored(batch, result, tookMs) {
      writes.observe({ outcome: 'ok' }, tookMs / 1000);
      stored.inc({ result: 'written' }, result.written);
      stored.inc({ result: 'unchanged' }, result.unchanged);
      stored.inc({ result: 'rejected' }, result.rejected.length);
      storedBytes.inc(batch.bytes);
      for (const { pipeline, key } of batch.sources) {
        sources.inc({ pipeline });
        const delivered = deliveryTimes.get(pipeline)?.(key);
        // A backfill stores old objects, which must not raise the lag.
        if (delivered !== undefined && delivered > (newestDelivery.get(pipeline) ?? 0)) newestDelivery.set(pipeline, delivered);
      }
    },
    batchFailed: (tookMs) => writes.observe({ outcome: 'failed' }, tookMs / 1000),
    storeWaiting(code) {
      if (code !== undefined) waits.inc({ code });
      waiting.set(code === undefined ? 0 : 1);
    },
    jobEnded(report) {
      const { pipeline, state, object } = report;
      if (object !== NO_JOB) jobs.inc({ pipeline, state });
      documents.inc({ pipeline, result: 'stored' }, report.documents);
      documents.inc({ pipeline, result: 'dropped' }, report.dropped);
      documents.inc({ pipeline, result: 'dead_letter' }, report.deadLetters);
      documents.inc({ pipeline, result: 'retired' }, report.retired);
      bytes.inc({ pipeline }, report.bytes);
      for (const { severity, code, count = 1 } of report.problems)
        if (severity === 'failed') problems.inc({ pipeline, code }, count);
    },
    jobRetried: (pipeline, code) => retries.inc({ pipeline, code }),
    runEnded({ pipelines, state, ended }) {
      for (const pipeline of pipelines) {
        runs.inc({ pipeline, state });
        if (state === 'succeeded' && ended !== undefined) success.set({ pipeline }, Date.parse(ended) / 1000);
      }
    },
    awsCalled({ service, operation, outcome, attempt, dollars: price }) {
      calls.inc({ service, operation, outcome });
      if (attempt > 1) repeats.inc({ service, operation });
      if (price > 0) dollars.inc({ service, operation }, price);
    },
  };
}
