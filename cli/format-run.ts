import { shownLine } from '../core/shown-line.ts';
import type { RunReport } from '../core/store.ts';
import { formatProblems } from './format-problems.ts';

export const number = (value: number): string => value.toLocaleString('en-US');

export const duration = (ms: number): string => {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60
    ? `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** A run in one line: `2026-11-21 08:15:00Z  trails, billing  succeeded in 4.2 s  2,900 documents (2,900 new), 3 jobs`. */
export function formatRunLine(run: RunReport): string {
  const time = run.ended === undefined ? '' : ` in ${duration(Date.parse(run.ended) - Date.parse(run.started))}`;
  return `${run.started.slice(0, 19).replace('T', ' ')}Z  ${run.pipelines.join(', ')}${run.label === undefined ? '' : ` (${run.label})`}  ${run.state}${time}  ${formatTotals(run)}`;
}

function formatTotals({ totals }: RunReport): string {
  const { documents, written, jobs, failedJobs, skippedSources, retired, dropped, deadLetters } = totals;
  const parts = [
    `${number(documents)} documents (${number(written)} new)`,
    `${number(jobs)} ${jobs === 1 ? 'job' : 'jobs'}${failedJobs > 0 ? `, ${number(failedJobs)} failed` : ''}`,
    skippedSources > 0
      ? `${number(skippedSources)} ${skippedSources === 1 ? 'source' : 'sources'} read before and not opened again`
      : '',
    retired > 0 ? `${number(retired)} no longer there` : '',
    dropped > 0 ? `${number(dropped)} left out` : '',
    deadLetters > 0 ? `${number(deadLetters)} dead letters` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** The end of `run`: one line of totals, one line per cause of what went wrong. */
export function formatRunReport(run: RunReport): string {
  const lines = [formatRunLine(run), ...formatProblems(run.problems).map((line) => `  ${line}`)];
  return `${lines.map(shownLine).join('\n')}\n`;
}
