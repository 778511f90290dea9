/**
 * Trails documents into an engine: what the store writes per second against a bare HTTP loop that sends the same documents in bodies that
 * were prepared before, as many at once. Rounds alternate, each into indices of its own; the median round counts. Needs OPENSEARCH_URL or
 * ELASTICSEARCH_URL, and removes orgscope's indices from it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localFolder } from '../collectors/objects/local-folder.ts';
import type { Document } from '../core/document.ts';
import { trailsPipeline } from '../pipelines/trails-pipeline.ts';
import { wipeEngine } from '../tests/support/engine.ts';
import { openTestEngine } from '../tests/support/open-test-engine.ts';
import { runPipeline } from '../tests/support/run-pipeline.ts';
import { makeTrailObjects } from './support/make-trail-objects.ts';
import { median } from './support/measure.ts';

const ROUNDS = 3;
const BATCH_DOCUMENTS = 8_192;
const BODY_BYTES = 6 * 1024 * 1024;
const IN_FLIGHT = 2;

const url = process.env.OPENSEARCH_URL ?? process.env.ELASTICSEARCH_URL;
if (url === undefined) {
  console.log(JSON.stringify({ bench: 'engine', skipped: 'OPENSEARCH_URL not set' }));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-bench-'));
  try {
    makeTrailObjects(folder, { objects: 100, eventsPerObject: 400, seed: 42 });
    const pipeline = trailsPipeline({ sources: async () => ({ sources: [localFolder(folder)], problems: [] }) });
    const { documents } = await runPipeline(pipeline);
    const stored: number[] = [];
    const bare: number[] = [];
    // The first round warms both up and does not count.
    for (let round = 0; round <= ROUNDS; round++) {
      // One day each, so that neither pays for more indices.
      const ofStore = await perSecond(() =>
        throughStore(documents.map((one) => ({ ...one, index: `awscli-trail-2026.01.0${round + 1}` }))),
      );
      const bodies = prepare(documents, `awscli-trail-2026.02.0${round + 1}`);
      const ofLoop = await perSecond(() => bareLoop(bodies));
      if (round === 0) continue;
      stored.push(ofStore);
      bare.push(ofLoop);
    }
    const ratio = median(stored.map((rate, round) => rate / (bare[round] as number)));
    console.log(
      JSON.stringify({
        bench: 'engine',
        documents: documents.length,
        store_per_second: Math.round(median(stored)),
        bare_per_second: Math.round(median(bare)),
        ratio_to_bare: Number(ratio.toFixed(3)),
      }),
    );

    async function perSecond(work: () => Promise<number>): Promise<number> {
      const start = performance.now();
      const count = await work();
      if (count !== documents.length) throw new Error(`${count} instead of ${documents.length}`);
      return count / ((performance.now() - start) / 1_000);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await wipeEngine(url, 'all');
  }
}

/** Writes the documents in batches as large as the runner's, one after another. */
async function throughStore(documents: readonly Document[]): Promise<number> {
  const store = await openTestEngine(url as string);
  let written = 0;
  for (let start = 0; start < documents.length; start += BATCH_DOCUMENTS) {
    const sources = [{ pipeline: 'trails' as const, key: `bench-${start}`, documents: BATCH_DOCUMENTS }];
    const result = await store.write({ documents: documents.slice(start, start + BATCH_DOCUMENTS), bytes: 0, sources });
    written += result.written;
  }
  await store.close();
  return written;
}

interface Body {
  readonly bytes: Buffer;
  readonly documents: number;
}

function prepare(documents: readonly Document[], index: string): Body[] {
  const bodies: Body[] = [];
  let lines: (Buffer | Uint8Array)[] = [];
  let bytes = 0;
  const end = () => {
    if (lines.length > 0) bodies.push({ bytes: Buffer.concat(lines), documents: lines.length / 2 });
    lines = [];
    bytes = 0;
  };
  for (const { id, body } of documents) {
    const text = `${Buffer.from(body).toString('utf8').slice(0, -1)},"orgscope.id":${JSON.stringify(id)}}\n`;
    const pair = [Buffer.from(`${JSON.stringify({ create: { _index: index, _id: id } })}\n`), Buffer.from(text)];
    const size = pair.reduce((sum, line) => sum + line.length, 0);
    if (bytes + size > BODY_BYTES) end();
    lines.push(...pair);
    bytes += size;
  }
  end();
  return bodies;
}

async function bareLoop(bodies: readonly Body[]): Promise<number> {
  const queue = bodies.values();
  let written = 0;
  const worker = async () => {
    for (const { bytes, documents } of queue) {
      const response = await fetch(`${url}/_bulk?filter_path=errors`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: bytes as Uint8Array<ArrayBuffer>,
      });
      const { errors } = (await response.json()) as { errors: boolean };
      if (errors) throw new Error('the bare loop had errors');
      written += documents;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return written;
}
