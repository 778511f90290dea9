import { createHash } from 'node:crypto';
import type { Checkpoint, Delivery, PipelineName, Source } from '../../core/batch.ts';
import { documentId } from '../../core/document.ts';
import { type JobReport, type Ledger, NO_JOB, type RunReport } from '../../core/store.ts';
import type { BulkSender } from './bulk.ts';
import type { BulkItem } from './bulk-body.ts';
import type { Engine } from './engine.ts';
import type { Freshness } from './freshness.ts';
import { LEDGER_INDEX } from './schema.ts';
import { type FoundHit, searchAll, searchOnce } from './search-all.ts';

/** Ids looked up at once: an answer of some hundred kilobytes. */
const LOOKED_UP = 2_000;
const SCROLL_KEPT = '10m';

const entryId = (type: string, ...parts: string[]): string =>
  `${type}:${createHash('sha256').update(parts.join('\0')).digest('base64url')}`;

const entry = (id: string, value: object): BulkItem => ({
  operation: 'put',
  index: LEDGER_INDEX,
  id,
  body: Buffer.from(JSON.stringify(value)),
});

/** The ledger entry of a source whose documents are all in the engine. */
export const sourceEntry = ({ pipeline, key, documents }: Source, now: Date): BulkItem =>
  entry(entryId('source', pipeline, key), { type: 'source', pipeline, key, documents, time: now.toISOString() });

/** How far a key has been read. The entry's version is the time, so the engine refuses to replace it with an earlier time. */
export const checkpointEntry = ({ pipeline, key, reached }: Checkpoint): BulkItem => ({
  operation: 'replace',
  index: LEDGER_INDEX,
  id: entryId('checkpoint', pipeline, key),
  version: reached,
  body: Buffer.from(JSON.stringify({ type: 'checkpoint', pipeline, key, reached })),
});

/** A job's report: its id does not depend on the worker, so a job that another worker took over has one entry. */
const jobEntry = (job: JobReport): BulkItem =>
  entry(entryId('job', job.run, job.id), {
    type: 'job',
    run: job.run,
    job: job.id,
    failed: job.state !== 'succeeded',
    told: job.problems.length > 0,
    account: job.account,
    region: job.region,
    kind: job.kind,
    object: job.object,
    report: JSON.stringify(job),
  });

/** The sort order of job reports. The job id comes last, since it is unique: pages continue after it. */
const BY_LOCATION = ['account', 'region', 'kind', 'object', 'job'].map((field) => ({
  [field]: { order: 'asc', missing: '\uffff' },
}));

const runId = (id: string): string => `run:${documentId(id)}`;

/**
 * The ledger of sources and runs in the engine, which any number of workers share; a worker keeps no local state. Questions that a person may wait for
 * use `brief`, which waits only briefly for an engine that does not answer; all other requests belong to runs.
 */
export function openLedger(
  engine: Engine,
  brief: Engine,
  sendBulk: BulkSender,
  fresh: Freshness,
  publishedDelivery: (report: string, month: string) => Promise<Delivery | undefined>,
  seeAll: () => Promise<void>,
): Omit<Ledger, 'note' | 'swapNote'> {
  const search = async <Source>(body: object) => {
    await fresh.refresh('ledger', brief);
    return (await searchOnce<Source>(brief, LEDGER_INDEX, body)).hits;
  };

  /** All entries of a type, a page at a time. Entries have no field to sort by, so the engine keeps the position between pages, as long as reading a page may take. */
  async function walk<Entry>(
    type: 'source' | 'checkpoint',
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly entries: readonly Entry[]; readonly next: string | undefined }> {
    if (after === undefined) await fresh.refresh('ledger', engine);
    const { body } = await engine.request<{ _scroll_id?: string; hits?: { hits: { _source: Entry }[] } }>({
      method: 'POST',
      ...(after === undefined
        ? {
            path: `/${LEDGER_INDEX}/_search`,
            query: { scroll: SCROLL_KEPT, ignore_unavailable: true, allow_no_indices: true },
            body: { query: { term: { type } }, sort: ['_doc'], size: limit },
          }
        : { path: '/_search/scroll', body: { scroll: SCROLL_KEPT, scroll_id: after } }),
    });
    const entries = (body.hits?.hits ?? []).map(({ _source }) => _source);
    const { _scroll_id: next } = body;
    if (entries.length === limit || next === undefined) return { entries, next };
    await engine.request({ method: 'DELETE', path: '/_search/scroll', body: { scroll_id: next }, allow: [404] });
    return { entries, next: undefined };
  }

  return {
    async known(pipeline: PipelineName, keys) {
      const known = new Set<string>();
      for (let start = 0; start < keys.length; start += LOOKED_UP) {
        const some = keys.slice(start, start + LOOKED_UP);
        // A request by id also finds entries written just now; a search would have to wait for a refresh.
        const { body } = await engine.request<{ docs?: { found?: boolean }[] }>({
          method: 'POST',
          path: `/${LEDGER_INDEX}/_mget`,
          query: { _source: false, filter_path: 'docs.found' },
          body: { ids: some.map((key) => entryId('source', pipeline, key)) },
        });
        // Without the index the answer has errors instead of documents: no source is known then.
        if (body.docs?.length !== some.length) continue;
        for (const [index, key] of some.entries()) if (body.docs[index]?.found === true) known.add(key);
      }
      return known;
    },
    async checkpoint(pipeline, key) {
      const { body } = await engine.request<{ docs?: { found?: boolean; _source?: Checkpoint }[] }>({
        method: 'POST',
        path: `/${LEDGER_INDEX}/_mget`,
        body: { ids: [entryId('checkpoint', pipeline, key)] },
      });
      return body.docs?.[0]?._source?.reached;
    },
    async checkpoints(after, limit) {
      const { entries, next } = await walk<Checkpoint>('checkpoint', after, limit);
      return { checkpoints: entries.map(({ pipeline, key, reached }) => ({ pipeline, key, reached })), next };
    },
    async saveRun(run) {
      const { id, started } = run;
      // Refreshes before the end of the run is saved, so that a process that reads the end also finds the documents.
      if (run.state !== 'running') await seeAll();
      await sendBulk([entry(runId(id), { type: 'run', run: id, started, report: JSON.stringify(run) })]);
      fresh.wrote('ledger');
      if (run.state !== 'running') await fresh.refresh('ledger', engine);
    },
    async saveJobs(jobs) {
      if (jobs.length === 0) return;
      await sendBulk(jobs.map(jobEntry));
      fresh.wrote('ledger');
    },
    async runs(limit) {
      const { hits } = await search<{ report: string }>({
        query: { term: { type: 'run' } },
        sort: [{ started: 'desc' }, { run: 'desc' }],
        size: limit,
        _source: ['report'],
      });
      return hits.map(({ _source }) => JSON.parse(_source.report) as RunReport);
    },
    async jobs(run, { limit, failedOnly = false }) {
      const filter = [{ term: { type: 'job' } }, { term: { run } }, ...(failedOnly ? [{ term: { failed: true } }] : [])];
      const query = { bool: { filter, must_not: [{ term: { object: NO_JOB } }] } };
      const { total } = await search({ query, size: 0, track_total_hits: true });
      const jobs: JobReport[] = [];
      if (limit > 0) {
        for await (const hits of searchAll<{ report: string }>(
          brief,
          LEDGER_INDEX,
          { query, sort: [{ failed: 'desc' }, ...BY_LOCATION], _source: ['report'] },
          limit,
        )) {
          jobs.push(...hits.map(({ _source }) => JSON.parse(_source.report) as JobReport));
        }
      }
      return { total: total?.value ?? 0, jobs };
    },
    async problemReports(run, after, limit) {
      if (after === undefined) await fresh.refresh('ledger', brief);
      const filter = [{ term: { type: 'job' } }, { term: { run } }, { term: { told: true } }];
      const body = { query: { bool: { filter } }, sort: BY_LOCATION, _source: ['report'] };
      const from = after === undefined ? undefined : (JSON.parse(after) as unknown[]);
      const found: FoundHit<{ report: string }>[] = [];
      for await (const hits of searchAll<{ report: string }>(brief, LEDGER_INDEX, body, limit, from)) found.push(...hits);
      return {
        jobs: found.map(({ _source }) => JSON.parse(_source.report) as JobReport),
        next: found.length < limit ? undefined : JSON.stringify(found.at(-1)?.sort),
      };
    },
    async swept(run) {
      await fresh.refresh('ledger', engine);
      const filter = [{ term: { type: 'job' } }, { term: { run } }, { term: { failed: false } }, { exists: { field: 'kind' } }];
      const swept = new Set<string>();
      const body = { query: { bool: { filter } }, sort: [{ job: 'asc' }], _source: ['job'] };
      for await (const hits of searchAll<{ job: string }>(engine, LEDGER_INDEX, body)) {
        for (const { _source } of hits) swept.add(_source.job);
      }
      return swept;
    },
    delivery: publishedDelivery,
    async sources(after, limit) {
      const { entries, next } = await walk<Source>('source', after, limit);
      return { sources: entries.map(({ pipeline, key, documents }) => ({ pipeline, key, documents })), next };
    },
  };
}
