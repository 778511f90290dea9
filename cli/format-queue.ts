import type { QueueStatus } from '../core/api/runs.ts';
import { shownLine } from '../core/shown-line.ts';
import { number } from './format-run.ts';

const HEADS = ['', 'waiting', 'active', 'delayed', 'failed', 'jobs/min', 'documents/min'];

/** The queue for people: what waits of each pipeline, and who works. */
export function formatQueue({ redis, paused, pipelines, workers }: QueueStatus): string {
  const rows = pipelines.map((each) => [
    each.pipeline,
    ...[each.waiting, each.active, each.delayed, each.failed, each.jobsPerMinute, each.documentsPerMinute].map(number),
  ]);
  const line = ([name = '', ...cells]: readonly string[]): string =>
    `  ${name.padEnd(10)}${cells.map((cell, index) => cell.padStart((HEADS[index + 1]?.length ?? 0) + 4)).join('')}\n`;
  const working = workers.map(({ host, pid, pipelines: names, jobs, done, failed }) => {
    const failures = failed > 0 ? `, ${number(failed)} failed` : '';
    return `${shownLine(`  ${host}, process ${pid}: ${names.join(', ')}; ${number(jobs)} active, ${number(done)} done${failures}`)}\n`;
  });
  const nobody = '  No worker is running: start `orgscope worker`.\n';
  const state = paused ? ', PAUSED (orgscope queue resume)' : '';
  return `The queue on ${redis}${state}\n${[HEADS, ...rows].map(line).join('')}Workers\n${working.join('') || nobody}`;
}
