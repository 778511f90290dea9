import { readFileSync } from 'node:fs';
import type { PipelineName } from '../../core/batch.ts';
import { median } from './measure.ts';
import type { CommandUsage } from './measure-command.ts';
import type { PipelineRuns } from './pipeline-runs.ts';
import { printLine, rounded } from './print-line.ts';

/** A process takes its start each time, and a run of it some seconds. */
export const WHOLE_ROUNDS = 3;

/** Prints what whole processes of a pipeline cost, by its unit: `event`, `line`. */
export interface WholeProcesses {
  /** Each store as a ratio to floors that were measured in between. */
  stores(records: number, floor: () => Promise<number>): Promise<void>;
  /** The time per record of small objects, against those of the bucket `large`. The start of the process is taken off both. */
  tinyObjects(
    what: string,
    tiny: { readonly objects: number; readonly records: number },
    large: { readonly bucket: string; readonly records: number },
  ): Promise<void>;
  /** The peak of resident memory until a quarter of the bucket `much` was written, and at the end. `more`: further members of the line. */
  flatMemory(records: number, more: (ratePerCpuSecond: number) => Promise<object> | object): Promise<void>;
}

export function wholeProcesses(pipeline: PipelineName, unit: string, runs: PipelineRuns): WholeProcesses {
  const units = `${unit}s`;
  return {
    async stores(records, floor) {
      const floors: number[] = [];
      const used = { 'null engine': [] as CommandUsage[], duckdb: [] as CommandUsage[] };
      for (let round = 0; round < WHOLE_ROUNDS; round++) {
        floors.push(await floor());
        used['null engine'].push(await runs.intoEngine('whole', records));
        floors.push(await floor());
        used.duckdb.push(await runs.intoDuckdb('whole', records));
      }
      for (const [store, usages] of Object.entries(used)) {
        const rate = records / median(usages.map(({ cpuSeconds }) => cpuSeconds));
        printLine({
          bench: `${pipeline} whole process, S3 to ${store}`,
          [units]: records,
          [`${units}_per_cpu_second`]: Math.round(rate),
          ratio_to_floor: rounded(rate / median(floors)),
          wall_seconds: rounded(median(usages.map(({ wallSeconds }) => wallSeconds))),
          peak_rss_mib: Math.round(Math.max(...usages.map(({ peakMib }) => peakMib))),
        });
      }
    },
    async tinyObjects(what, tiny, large) {
      const ratios: number[] = [];
      let last = { tiny: 0, large: 0 };
      for (let round = 0; round < WHOLE_ROUNDS; round++) {
        const start = (await runs.intoEngine('one', 1)).cpuSeconds;
        const costOf = async (bucket: string, records: number): Promise<number> =>
          ((await runs.intoEngine(bucket, records)).cpuSeconds - start) / records;
        last = { tiny: await costOf('tiny', tiny.records), large: await costOf(large.bucket, large.records) };
        ratios.push(last.tiny / last.large);
      }
      printLine({
        bench: `${pipeline} ${what}, S3 to null engine`,
        objects: tiny.objects,
        [`cpu_microseconds_per_${unit}`]: rounded(last.tiny * 1e6),
        of_large_objects: rounded(last.large * 1e6),
        times_large_objects: rounded(median(ratios)),
      });
    },
    async flatMemory(records, more) {
      const before = await runs.taken();
      let quarterMib = 0;
      const { cpuSeconds, peakMib } = await runs.intoEngine('much', records, async (pid) => {
        if (quarterMib > 0 || (await runs.taken()) - before < records / 4) return;
        // The peak since the process began, in kilobytes.
        const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
        quarterMib = Number(peak?.[1]) / 1024;
      });
      const rate = records / cpuSeconds;
      printLine({
        bench: `${pipeline} memory of a whole process, S3 to null engine`,
        [units]: records,
        [`${units}_per_cpu_second`]: Math.round(rate),
        ...(await more(rate)),
        peak_rss_mib_at_a_quarter: Math.round(quarterMib),
        peak_rss_mib: Math.round(peakMib),
        limit_mib: 256,
      });
    },
  };
}
