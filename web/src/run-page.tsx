import { useState } from 'preact/hooks';
import type { ProblemsAnswer, RunDetail } from '../../core/api/runs.ts';
import type { ProblemGroup } from '../../core/group-problems.ts';
import type { Problem, Where } from '../../core/problem.ts';
import { tone } from '../../dashboards/tone.ts';
import { accountNames, shownValue } from './accounts.ts';
import { problemsOf, progress, useRun, useStatus } from './ask.ts';
import { duration, format } from './format.ts';
import { Pager } from './panels/pager.tsx';
import { addressOf, shownRun } from './state.ts';
import { TableScroll } from './table/table-scroll.tsx';

/** The page of a run: its jobs by account, region and kind, with what failed and why. */
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
              <a href={addressOf('runs', { rest: [run.id] })} aria-current={run.id === chosen ? 'true' : undefined}>
                <span class={`state ${tone(run.state)}`}>{run.state}</span>
                <span>{run.pipelines.join(', ')}</span>
                <span class="muted">
                  {format(run.started, 'time')} UTC
                  {run.ended === undefined ? '' : `, ${duration(Date.parse(run.ended) - Date.parse(run.started))}`}
                </span>
                <span class="muted">
                  {run.state === 'running'
                    ? 'in progress'
                    : `${format(run.totals.documents, 'number')} documents, ${format(run.totals.failedJobs, 'number')} of ${format(run.totals.jobs, 'number')} jobs failed`}
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
              // A progress bar without a value shows activity while the number of jobs is not known yet.
              {...(pipeline.planned === 0 ? {} : { max: pipeline.planned, value: pipeline.done })}
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
  const [failedOnly, setFailedOnly] = useState(false);
  const asked = useRun(id, failedOnly);
  const detail = asked.result;
  if (asked.error !== '') return <p class="panel-error">{asked.error}</p>;
  if (detail === undefined) return null;
  const problems = detail.run.problems.map(asGroup);
  const failed = problems.filter(({ severity }) => severity === 'failed');
  const notices = problems.filter(({ severity }) => severity !== 'failed');
  return (
    <>
      <section class="panel" aria-label="What went wrong">
        <header class="panel-head">
          <h2>What went wrong</h2>
        </header>
        {failed.length === 0 ? (
          <p class="panel-empty">{detail.run.state === 'running' ? 'Nothing so far.' : 'Nothing.'}</p>
        ) : null}
        <ProblemList run={id} groups={failed} />
      </section>
      {notices.length === 0 ? null : (
        <section class="panel" aria-label="Left out on purpose">
          <header class="panel-head">
            <h2>Left out on purpose</h2>
          </header>
          <ProblemList run={id} groups={notices} />
        </section>
      )}
      <JobTable key={id} detail={detail} failedOnly={failedOnly} onFailedOnly={setFailedOnly} />
    </>
  );
}

function ProblemList({ run, groups }: { run: string; groups: readonly ProblemGroup[] }) {
  return (
    <ul class="problem-list">
      {groups.map((group) => (
        <Cause key={`${run} ${group.id} ${group.severity}`} run={run} group={group} />
      ))}
    </ul>
  );
}

const PAGE = 25;

function JobTable({
  detail,
  failedOnly,
  onFailedOnly,
}: {
  detail: RunDetail;
  failedOnly: boolean;
  onFailedOnly: (only: boolean) => void;
}) {
  const [typed, setTyped] = useState('');
  const [wanted, setWanted] = useState(0);
  const words = typed.toLowerCase().split(/\s+/);
  const jobs = detail.jobs.filter((job) => {
    const text = [job.state, job.pipeline, job.account, accountName(job.account), job.region, job.kind, job.object];
    const all = text.join(' ').toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const pages = Math.max(1, Math.ceil(jobs.length / PAGE));
  const page = Math.min(wanted, pages - 1);
  return (
    <section class="panel" aria-label="Jobs">
      <header class="panel-head">
        <h2>Jobs</h2>
        <div class="job-tools">
          <input
            type="search"
            placeholder="account, region, kind"
            aria-label="Find jobs"
            value={typed}
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              setWanted(0);
            }}
          />
          <label class="check">
            <input type="checkbox" checked={failedOnly} onChange={() => onFailedOnly(!failedOnly)} /> Failed only
          </label>
          <Pager title="Jobs" rows={jobs.length} page={page} pages={pages} onPage={setWanted} />
        </div>
      </header>
      {detail.jobs.length < detail.total ? (
        <p class="muted">
          The first {format(detail.jobs.length, 'number')} of {format(detail.total, 'number')} jobs, failed ones first.
        </p>
      ) : null}
      <TableScroll label="Jobs, rows" stop>
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
            {jobs.slice(page * PAGE, (page + 1) * PAGE).map((job) => (
              <tr key={job.id}>
                <td>
                  <span class={`state ${tone(job.state)}`}>{job.state}</span>
                </td>
                <td>{job.pipeline}</td>
                <td title={job.account}>{accountName(job.account)}</td>
                <td>{job.region ?? '–'}</td>
                <td title={job.object ?? job.kind}>{job.kind ?? job.object ?? '–'}</td>
                <td class="right">{format(job.documents, 'number')}</td>
                <td class="right">{duration(Date.parse(job.ended) - Date.parse(job.started))}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {jobs.length === 0 ? (
          <p class="panel-empty">
            {detail.total > 0 ? 'No matches.' : failedOnly ? 'No job failed.' : 'Jobs are listed here after they end.'}
          </p>
        ) : null}
      </TableScroll>
    </section>
  );
}

const accountName = (account: string | undefined): string =>
  account === undefined ? '–' : shownValue('cloud.account.id', account);

/** Groups the problems of a run that an older version stored ungrouped. */
const asGroup = (problem: Problem | ProblemGroup): ProblemGroup =>
  'places' in problem ? problem : { ...problem, id: '', count: problem.count ?? 1, places: [problem.where] };

/** One group of problems with its first locations; all locations on demand. */
function Cause({ run, group }: { run: string; group: ProblemGroup }) {
  const { id, severity, message, next, count, places } = group;
  const [all, setAll] = useState<ProblemsAnswer>();
  const [failure, setFailure] = useState('');
  const shown = (all?.problems.map(({ where }) => where) ?? places).map(placeOf).filter((place) => place !== '');
  const more = all === undefined ? id !== '' && count > places.length : all.next !== null;
  const showMore = async () => {
    try {
      const page = await problemsOf(run, id, all?.next ?? undefined);
      setAll({ problems: [...(all?.problems ?? []), ...page.problems], next: page.next });
      setFailure('');
    } catch (error) {
      setFailure((error as Error).message);
    }
  };
  return (
    <li class={severity === 'failed' ? 'problem failed' : 'problem'}>
      <p>{message}</p>
      {next === '' ? null : <p class="muted">{next}</p>}
      {count === 1 ? null : (
        <p class="muted">
          {format(count, 'number')} {places.length > 1 ? 'locations' : 'times'}
        </p>
      )}
      <ul class="problem-places">
        {shown.map((place, index) => (
          <li key={index} class="problem-place">
            {place}
          </li>
        ))}
      </ul>
      {failure === '' ? null : <p class="panel-error">{failure}</p>}
      {more ? (
        <button type="button" onClick={() => void showMore()}>
          {all === undefined ? `Show all ${format(count, 'number')}` : 'Show more'}
        </button>
      ) : null}
    </li>
  );
}

function placeOf({ account, region, kind, call, object, begins, file, line }: Where): string {
  const name = account === undefined ? undefined : accountNames.value.get(account);
  const parts = [
    name === undefined ? account : `${name} ${account}`,
    region,
    kind,
    call,
    object,
    begins,
    file === undefined ? undefined : `${file}${line === undefined ? '' : `:${line}`}`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}
