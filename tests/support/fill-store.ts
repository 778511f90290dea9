import type { Checkpoint, Delivery, PipelineName } from '../../core/batch.ts';
import { DAY_MS } from '../../core/day-ms.ts';
import type { Document } from '../../core/document.ts';
import { pagesOf } from '../../core/pages-of.ts';
import type { RunReport, Store } from '../../core/store.ts';

/** The numbers of documents that `fillStore` writes. */
export interface Filling {
  readonly start: Date;
  readonly days: number;
  readonly eventsPerDay: number;
  readonly resources: number;
  readonly lines: number;
}

/** Fills a store with documents of every view: two sweeps of resources, events of several days, months of two reports, runs, and the ledger. */
export async function fillStore(store: Store, filling: Filling): Promise<void> {
  const { start, days, eventsPerDay, resources, lines } = filling;
  const document = (index: string, id: string, body: object, version?: number): Document => ({
    index,
    id,
    ...(version === undefined ? { operation: 'create' } : { operation: 'replace', version }),
    body: Buffer.from(JSON.stringify(body)),
  });
  const write = async (documents: Document[], pipeline?: PipelineName, key?: string, delivery?: Delivery) => {
    await store.write({
      documents,
      bytes: documents.reduce((sum, { body }) => sum + body.byteLength, 0),
      sources: pipeline === undefined || key === undefined ? [] : [{ pipeline, key, documents: documents.length }],
      ...(delivery === undefined ? {} : { delivery }),
    });
  };
  const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

  for (const day of range(days)) {
    const time = new Date(start.getTime() + day * DAY_MS).toISOString();
    const index = `awscli-trail-${time.slice(0, 10).replaceAll('-', '.')}`;
    await write(
      range(eventsPerDay).map((event) => {
        const id = `event-${day}-${event}`;
        // A copy that parses and prints would change these: a number beyond 2^53, one that ends in a zero, text that JSON escapes.
        const body = `{"@timestamp":"${time}","event":{"id":"${id}","action":"Run \\u2028 \\"it\\""},"aws":{"cloudtrail":{"flattened":{"request_parameters":{"n":12345678901234567890,"x":1.50}}}}}`;
        return { index, id, operation: 'create', body: Buffer.from(body) };
      }),
      'trails',
      `s3://trail/${day}#1`,
    );
  }
  const checkpoints = range(5).map((number) => ({
    pipeline: 'trails' as const,
    key: `checkpoint-${number}`,
    reached: start.getTime() + number,
  }));
  await store.write({ documents: [], bytes: 0, sources: [], checkpoints });
  for (const sweep of [0, 1]) {
    const time = start.getTime() + sweep * DAY_MS;
    const at = new Date(time).toISOString();
    const day = at.slice(0, 10).replaceAll('-', '.');
    const body = (id: number) => ({
      '@timestamp': at,
      resource: { id: `i-${id}`, type: 'ec2-instance', tag_pairs: [`sweep=${sweep}`] },
      orgscope: { sweep: '1/eu-west-1/ec2-instance/' },
    });
    await write(range(resources).map((id) => document(`awscli-${day}`, `i-${id}@${at}`, body(id))));
    await write(range(resources).map((id) => document('awscli-current', `i-${id}`, body(id), time)));
    await write(range(3).map((id) => document(`awschanges-${day.slice(0, 7)}`, `i-${id}@${at}`, { '@timestamp': at }, time)));
    await write([document('awsusers-000001', 'ann', { '@timestamp': at, user: { name: 'ann' } }, time)]);
  }
  const months: [string, string, number][] = [
    ['one', '2026-10', 1],
    ['one', '2026-11', 1],
    ['two', '2026-11', 2],
  ];
  for (const [report, month, modified] of months) {
    for (const attempt of [modified, modified + 1]) {
      const delivery = { report, month, delivery: `d${attempt}`, modified: attempt };
      await store.beginDelivery(delivery);
      const documents = range(lines + attempt).map((line) =>
        document(`awsbilling-${month.replace('-', '.')}`, `${report}/${attempt}/${line}`, {
          '@timestamp': `${month}-01T00:00:00.000Z`,
          aws: { billing: { report, month, delivery: delivery.delivery, unblended_cost: '0.1000000000000001' } },
        }),
      );
      await write(documents, 'billing', `${report}/${month}/${attempt}`, delivery);
      // The last delivery stays half-loaded, so readers must not see it.
      if (report === 'two' && attempt === modified + 1) continue;
      await store.publishDelivery(delivery);
    }
  }
  for (const run of range(3)) {
    const time = new Date(start.getTime() + run * DAY_MS).toISOString();
    const counts = { documents: 1, dropped: 0, deadLetters: 0, retired: 0, bytes: 1 };
    const report: RunReport = {
      id: `run-${run}`,
      pipelines: ['trails'],
      state: run === 2 ? 'running' : 'succeeded',
      started: time,
      problems: [],
      totals: { ...counts, written: 1, jobs: 2, failedJobs: 0, skippedSources: 0 },
    };
    await store.ledger.saveRun(report);
    const job = {
      run: report.id,
      pipeline: 'trails',
      state: 'succeeded',
      started: time,
      ended: time,
      problems: [],
      ...counts,
    } as const;
    await store.ledger.saveJobs([
      { ...job, id: `job-${run}-a`, account: '111111111111' },
      { ...job, id: `job-${run}-b`, state: 'failed' },
    ]);
  }
}

const PAGE = 5_000;

/** All that a store holds, in an order that two stores share: documents with their text, and the ledger. */
export async function contentsOf(store: Store) {
  const indices = [...(await store.indices())].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  const documents: string[] = [];
  for (const index of indices) {
    for (let after: string | undefined; ; ) {
      const page = await store.page(index, after, PAGE);
      for (const { index, id, operation, version, body } of page)
        documents.push(`${index} ${id} ${operation} ${version ?? ''} ${Buffer.from(body)}`);
      if (page.length < PAGE) break;
      after = page.at(-1)?.id;
    }
  }
  const sources: string[] = [];
  for await (const page of pagesOf((after) => store.ledger.sources(after, 2)))
    sources.push(...page.sources.map((source) => JSON.stringify([source.pipeline, source.key, source.documents])));
  const checkpoints: Checkpoint[] = [];
  for await (const page of pagesOf((after) => store.ledger.checkpoints(after, 2))) checkpoints.push(...page.checkpoints);
  checkpoints.sort((one, other) => (one.key < other.key ? -1 : 1));
  const runs = await store.ledger.runs(1_000);
  const jobs = await Promise.all(runs.map(async ({ id }) => (await store.ledger.jobs(id, { limit: 100 })).jobs));
  const deliveries = await Promise.all(
    [...new Set(indices.flatMap(({ delivery }) => (delivery === undefined ? [] : [delivery])))].map(({ report, month }) =>
      store.ledger.delivery(report, month),
    ),
  );
  return {
    indices,
    documents: documents.sort(),
    sources: sources.sort(),
    checkpoints,
    runs,
    jobs,
    deliveries,
    counts: await store.counts(),
  };
}
