import type { Problem } from '../../core/problem.ts';
import type { JobReport, RunReport } from '../../core/store.ts';
import { type Asked, progress, useRun, useStatus } from './ask.ts';
import { duration, format } from './format.ts';
import { addressOf, shownRun } from './state.ts';

/** What ran, what failed and why: per account, region and kind. */
export function RunPage() {
  const asked = useStatus();
  const runs = asked.result?.runs ?? [];
  const chosen = shownRun.value || runs[0]?.id;
  return (
    <div class="runs">
      {progress.value === null ? null : <Now />}
      <section class="panel" aria-label="Runs">
        <header class="panel-head">
          <h2>Runs</h2>
        </header>
        {asked.error === '' ? null : <p class="panel-error">{asked.error}</p>}
        <ul class="run-list">
          {runs.map((run) => (
            <li key={run.id}>
              <a href={addressOf('runs', run.id)} aria-current={run.id === chosen ? 'true' : undefined}>
                <span class={`state ${tone(run.state)}`}>{run.state}</span>
                <span>{run.pipelines.join(', ')}</span>
                <span class="muted">
                  {format(run.started, 'time')} UTC
                  {run.ended === undefined ? '' : `, ${duration(Date.parse(run.ended) - Date.parse(run.started))}`}
                </span>
                <span class="muted">
                  {format(run.totals.documents, 'number')} documents, {format(run.totals.failedJobs, 'number')} of{' '}
                  {format(run.totals.jobs, 'number')} jobs failed
                </span>
              </a>
            </li>
          ))}
        </ul>
        {runs.length === 0 && !asked.waiting ? <p class="panel-empty">Nothing has run yet.</p> : null}
      </section>
      {chosen === undefined ? null : <RunDetails id={chosen} />}
    </div>
  );
}

function Now() {
  return (
    <section class="panel" aria-label="Running now">
      <header class="panel-head">
        <h2>Running now</h2>
        <span class="muted">{duration(progress.value?.elapsedMs ?? 0)}</span>
      </header>
      <div class="progress-list">
        {progress.value?.pipelines.map((pipeline) => (
          <div key={pipeline.pipeline} class="progress-row">
            <span class="progress-name">{pipeline.pipeline}</span>
            <progress
              max={Math.max(1, pipeline.planned)}
              value={pipeline.done}
              aria-label={`${pipeline.pipeline}: ${pipeline.done} of ${pipeline.planned} jobs`}
            />
            <span class="muted">
              {format(pipeline.done, 'number')} of {format(pipeline.planned, 'number')}
              {pipeline.planning ? '+' : ''} jobs, {format(pipeline.documents, 'number')} documents
              {pipeline.failed > 0 ? `, ${pipeline.failed} failed` : ''}
            </span>
            <span class="muted current">{pipeline.current}</span>
          </div>
        ))}
      </div>
    </section>
  );
}

function RunDetails({ id }: { id: string }) {
  const asked: Asked<{ run: RunReport; total: number; jobs: readonly JobReport[] }> = useRun(id);
  const detail = asked.result;
  if (asked.error !== '') return <p class="panel-error">{asked.error}</p>;
  if (detail === undefined) return null;
  const troubled = detail.jobs.filter(({ problems }) => problems.length > 0);
  return (
    <>
      <section class="panel" aria-label="What went wrong">
        <header class="panel-head">
          <h2>What went wrong</h2>
        </header>
        {detail.run.problems.length + troubled.length === 0 ? <p class="panel-empty">Nothing.</p> : null}
        <ul class="problem-list">
          {detail.run.problems.map((problem, index) => (
            <ProblemItem key={index} problem={problem} />
          ))}
          {troubled.flatMap((job) =>
            job.problems.map((problem, index) => <ProblemItem key={`${job.id} ${index}`} problem={problem} />),
          )}
        </ul>
      </section>
      <section class="panel" aria-label="Jobs">
        <header class="panel-head">
          <h2>Jobs</h2>
          <span class="muted">
            {format(detail.jobs.length, 'number')} of {format(detail.total, 'number')}, failed first
          </span>
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard */}
        <section class="table-scroll tall" tabIndex={0} aria-label="Jobs, rows">
          <table>
            <thead>
              <tr>
                {['State', 'Pipeline', 'Account', 'Region', 'Kind or object'].map((title) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ))}
                {['Documents', 'Took'].map((title) => (
                  <th key={title} scope="col" class="right">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {detail.jobs.map((job) => (
                <tr key={job.id}>
                  <td>
                    <span class={`state ${tone(job.state)}`}>{job.state}</span>
                  </td>
                  <td>{job.pipeline}</td>
                  <td>{job.account ?? '–'}</td>
                  <td>{job.region ?? '–'}</td>
                  <td title={job.object ?? job.kind}>{job.kind ?? job.object ?? '–'}</td>
                  <td class="right">{format(job.documents, 'number')}</td>
                  <td class="right">{duration(Date.parse(job.ended) - Date.parse(job.started))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </section>
    </>
  );
}

function ProblemItem({ problem }: { problem: Problem }) {
  const { account, region, kind, call, object, file, line } = problem.where;
  const place = [
    account,
    region,
    kind,
    call,
    object,
    file === undefined ? undefined : `${file}${line === undefined ? '' : `:${line}`}`,
  ];
  return (
    <li class={problem.severity === 'failed' ? 'problem failed' : 'problem'}>
      <p class="problem-place">{place.filter((part) => part !== undefined).join(' · ')}</p>
      <p>{problem.message}</p>
      {problem.next === '' ? null : <p class="muted">{problem.next}</p>}
    </li>
  );
}

function tone(state: string): string {
  if (state === 'succeeded') return 'good';
  return state === 'failed' ? 'bad' : 'calm';
}
