import { Cron } from 'croner';
import { lineProblems } from '../aws/line-problems.ts';
import { type ListLine, lineProblem, readList } from '../aws/read-list.ts';
import type { PipelineName } from '../core/batch.ts';
import { PIPELINE_NAMES, PIPELINES } from '../core/declared-pipelines.ts';
import type { PipelineFacts } from '../core/pipeline-facts.ts';
import type { Problem } from '../core/problem.ts';
import type { Schedule } from '../core/schedule.ts';
import { INTERVALS, parseInterval } from './parse-interval.ts';

const WRITE = 'Write PIPELINE every 5m, PIPELINE cron 0 6 * * *, or PIPELINE never; until then it runs as without the line.';

/** When each pipeline runs: from schedules.txt, else from its declaration, else `fallback`. */
export function readSchedules(
  file: string,
  fallback: Schedule,
  pipelines: readonly Pick<PipelineFacts, 'name' | 'schedule'>[] = PIPELINES,
): { readonly schedules: ReadonlyMap<PipelineName, Schedule>; readonly problems: readonly Problem[] } {
  const schedules = new Map<PipelineName, Schedule>(pipelines.map(({ name, schedule }) => [name, schedule ?? fallback]));
  const named = new Map<PipelineName, number>();
  const bad = lineProblems();
  for (const line of readList(file)) {
    const parsed = parseLine(line);
    if (typeof parsed === 'string') {
      bad.add(lineProblem(line, 'malformed', parsed, WRITE));
      continue;
    }
    const earlier = named.get(parsed.pipeline);
    if (earlier !== undefined) {
      const next = 'Remove one of them; until then the first one counts.';
      bad.add(lineProblem(line, 'usage', `"${parsed.pipeline}" is named already in line ${earlier}`, next));
      continue;
    }
    named.set(parsed.pipeline, line.line);
    schedules.set(parsed.pipeline, parsed.schedule);
  }
  return { schedules, problems: bad.all() };
}

/** The meaning of a line, or the error in it. */
function parseLine({ words }: ListLine): { readonly pipeline: PipelineName; readonly schedule: Schedule } | string {
  const [name = '', how = '', ...rest] = words;
  const pipeline = PIPELINE_NAMES.find((each) => each === name);
  if (pipeline === undefined) return `"${name}" is no pipeline; there are ${PIPELINE_NAMES.join(', ')}`;
  if (how === 'never') return rest.length === 0 ? { pipeline, schedule: { type: 'never' } } : `"${rest.join(' ')}" is too much`;
  if (how === 'every') {
    const everyMs = rest.length === 1 ? parseInterval(rest[0] as string) : undefined;
    return typeof everyMs === 'number'
      ? { pipeline, schedule: { type: 'every', everyMs } }
      : `"${rest.join(' ')}" is no interval ${INTERVALS}`;
  }
  if (how !== 'cron') return `"${how}" is neither every, cron nor never`;
  const pattern = rest.join(' ');
  // Lists treat commas as blanks, and croner would read a sixth field as seconds.
  if (pattern.split(/\s+/).length !== 5)
    return `"${pattern}" has not five fields; put one with commas in quotes: cron "0 6,18 * * *"`;
  try {
    return new Cron(pattern).nextRun() === null ? `"${pattern}" never comes` : { pipeline, schedule: { type: 'cron', pattern } };
  } catch {
    return `"${pattern}" is no cron expression`;
  }
}
