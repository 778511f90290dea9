import type { SingleBar } from 'cli-progress';
import type { Terminal } from '../app/terminal.ts';
import type { PipelineProgress, Progress } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import { shownLine } from '../core/shown-line.ts';
import { duration, number } from './format-run.ts';

/** Shows the progress of a run: bars on a terminal, else a line per pipeline from time to time. */
export interface ProgressDisplay {
  show(progress: Progress): void;
  stop(): void;
}

const LINE_EVERY_MS = 5_000;

export async function showProgress(terminal: Terminal): Promise<ProgressDisplay> {
  return terminal.isTTY ? bars(terminal.raw) : lines(terminal);
}

/** For --json: a machine reads the report. */
export const showNothing: ProgressDisplay = { show: () => undefined, stop: () => undefined };

async function bars(stream: NodeJS.WriteStream): Promise<ProgressDisplay> {
  const { MultiBar } = await import('cli-progress');
  const multi = new MultiBar({
    stream,
    format: '{name} {bar} {progress} {documents} documents {failures}{current}',
    barsize: 24,
    barCompleteChar: '━',
    barIncompleteChar: '─',
    hideCursor: true,
    clearOnComplete: false,
    emptyOnZero: true,
    linewrap: null,
    // The stop signal handles Ctrl-C, not the library.
    gracefulExit: false,
  });
  const shown = new Map<PipelineName, SingleBar>();
  const room = Math.max(10, (stream.columns ?? 80) - 90);
  return {
    show({ pipelines, waiting }) {
      for (const each of pipelines) {
        const payload = {
          name: each.pipeline.padEnd(9),
          progress: `${number(each.done)}/${total(each)}`.padStart(15),
          documents: number(each.documents).padStart(11),
          failures: each.failed > 0 ? `${number(each.failed)} failed ` : '',
          current: shownLine(waiting ?? [leftOf(each), each.current].filter((part) => part !== '').join('  ')).slice(0, room),
        };
        let bar = shown.get(each.pipeline);
        if (bar === undefined) {
          bar = multi.create(Math.max(1, jobs(each)), each.done, payload);
          shown.set(each.pipeline, bar);
        }
        bar.setTotal(Math.max(1, jobs(each)));
        bar.update(each.done, payload);
      }
    },
    stop() {
      multi.stop();
    },
  };
}

function lines({ write }: Terminal): ProgressDisplay {
  let last = Number.NEGATIVE_INFINITY;
  const lastTexts = new Map<PipelineName, string>();
  let waited: string | undefined;
  return {
    show({ elapsedMs, pipelines, waiting }) {
      if (waiting !== undefined && waiting !== waited) write(`[${duration(elapsedMs)}] ${shownLine(waiting)}\n`);
      waited = waiting;
      const ended = pipelines.some(
        (each) => !each.planning && each.done === each.planned && !lastTexts.get(each.pipeline)?.startsWith('done'),
      );
      if (elapsedMs - last < LINE_EVERY_MS && !ended) return;
      last = elapsedMs;
      for (const each of pipelines) {
        const text = line(each);
        if (lastTexts.get(each.pipeline) === text) continue;
        lastTexts.set(each.pipeline, text);
        write(`[${duration(elapsedMs)}] ${each.pipeline}: ${text}\n`);
      }
    },
    stop: () => undefined,
  };
}

function line(each: PipelineProgress): string {
  const failures = each.failed > 0 ? `, ${number(each.failed)} failed` : '';
  const documents = `${number(each.documents)} documents${failures}`;
  if (!each.planning && each.done === each.planned) return `done, ${number(each.done)} jobs, ${documents}`;
  const more = each.planning && each.expected === undefined ? ' or more' : '';
  const left = leftOf(each);
  return `${number(each.done)} of ${number(jobs(each))}${more} jobs, ${documents}${left === '' ? '' : `, ${left}`}`;
}

/** The total of jobs: planned so far, or expected if that is more. */
const jobs = ({ planned, expected = planned }: PipelineProgress): number => Math.max(planned, expected);

/** While planning goes on and the total is unknown, no percentage is shown: it would go backwards. */
const total = (each: PipelineProgress): string =>
  `${number(jobs(each))}${each.planning && each.expected === undefined ? '+' : ''}`;

const leftOf = ({ leftMs }: PipelineProgress): string =>
  leftMs === undefined || leftMs === 0 ? '' : `about ${duration(leftMs)} left`;
