import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PipelineName } from '../../core/batch.ts';
import type { RunReport } from '../../core/store.ts';
import { type CommandUsage, measureCommand } from './measure-command.ts';

/** Runs of `run PIPELINE` over a bucket of the stand-in for S3, each in a new process. They throw unless each record was written. */
export interface PipelineRuns {
  intoEngine(bucket: string, records: number, watch?: (pid: number) => Promise<void>): Promise<CommandUsage>;
  intoDuckdb(bucket: string, records: number): Promise<CommandUsage>;
  /** How many documents the null engine took since its start. */
  taken(): Promise<number>;
}

export function pipelineRuns(pipeline: PipelineName, places: { folder: string; s3: string; engine: string }): PipelineRuns {
  const env = {
    AWS_ENDPOINT_URL: places.s3,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'of-the-stand-in',
  };
  const taken = async (): Promise<number> => ((await (await fetch(`${places.engine}/taken`)).json()) as { taken: number }).taken;

  async function run(
    store: string,
    bucket: string,
    records: number,
    watch?: (pid: number) => Promise<void>,
  ): Promise<CommandUsage> {
    const data = mkdtempSync(join(places.folder, 'data-'));
    const options = ['--data', data, '--lists', join(data, 'lists'), '--store', store, '--json'];
    const usage = await measureCommand([...options, 'run', pipeline, '--source', `s3://${bucket}/`], env, watch);
    const { totals } = JSON.parse(usage.stdout) as RunReport;
    if (totals.written !== records) throw new Error(`${totals.written} records instead of ${records}`);
    rmSync(data, { recursive: true });
    return usage;
  }

  return {
    taken,
    async intoEngine(bucket, records, watch) {
      const before = await taken();
      const usage = await run(places.engine, bucket, records, watch);
      const arrived = (await taken()) - before;
      if (arrived !== records) throw new Error(`${arrived} documents arrived instead of ${records}`);
      return usage;
    },
    intoDuckdb: (bucket, records) => run('duckdb', bucket, records),
  };
}
