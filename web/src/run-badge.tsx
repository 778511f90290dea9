import { progress, useStatus } from './ask.ts';

/** Shows the progress of the current run, or how many jobs of the last run failed. */
export function RunBadge() {
  const failed = useStatus().result?.runs[0]?.totals.failedJobs ?? 0;
  const running = progress.value;
  if (running !== null) {
    const done = running.pipelines.reduce((sum, pipeline) => sum + pipeline.done, 0);
    const planned = running.pipelines.reduce((sum, pipeline) => sum + pipeline.planned, 0);
    return <span class="badge">{planned === 0 ? '…' : `${Math.floor((done / planned) * 100)} %`}</span>;
  }
  return failed > 0 ? <span class="badge bad">{failed} failed</span> : null;
}
