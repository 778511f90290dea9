import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { shownStore, type World, world } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { type OpenedStore, openStore } from '../app/open-store.ts';
import { checked, readSettings } from '../app/settings.ts';
import { readStoreLocation } from '../app/store-location.ts';
import type { Terminal } from '../app/terminal.ts';
import { isAlive, thisProcess } from '../app/this-process.ts';
import { systemClock } from '../core/clock.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import { OrgscopeError } from '../core/problem.ts';
import { shownLine } from '../core/shown-line.ts';
import { type CopyProgress, type CopyReport, copyStore } from '../runner/copy-store.ts';
import { type Lease, takeLease } from '../runner/run-lease.ts';
import { number } from './format-run.ts';

const options = z.object({ from: z.string().min(1), to: z.string().min(1) });

const LINE_EVERY_MS = 5_000;

/** `copy`: a whole store into another one, so that nothing is read again; resumable, and compared at its end. */
export async function copy(context: CommandContext, given: unknown, command: Command): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  const { from, to } = checked(options, given);
  const { store: _, ...rest } = command.optsWithGlobals();
  const [source, target] = [from, to].map((store) => ({
    ...settings,
    store: readStoreLocation({ ...rest, store }, context.environment),
  })) as [typeof settings, typeof settings];
  const sourceWorld = world(source, settings.sample, settings.sample);
  if (shownStore(sourceWorld) === shownStore(world(target, settings.sample))) {
    throw new OrgscopeError('usage', `${from} is both source and target.`, 'Name two stores.');
  }
  if (sourceWorld.store.type === 'duckdb' && !existsSync(sourceWorld.store.path)) {
    throw new OrgscopeError('missing', `${shownStore(sourceWorld)} is not there.`, 'Give the folder of the store with --data.');
  }
  const opened: OpenedStore[] = [];
  const leases: Lease[] = [];
  try {
    const open = async (world: World, of: typeof settings, purpose: 'ask' | 'write'): Promise<OpenedStore> => {
      const store = await openStore(world, { settings: of, purpose, signal: context.stop.signal });
      opened.push(store);
      if (store.shared !== undefined) leases.push(await lease(store, context));
      return store;
    };
    const read = await open(sourceWorld, source, 'ask');
    const written = await open(world(target, read.world.sample), target, 'write');
    const display = settings.json ? { show: () => undefined, end: () => undefined } : showCopying(context.err);
    const report = await copyStore({
      from: read.store,
      to: written.store,
      name: shownStore(read.world),
      signal: AbortSignal.any([context.stop.signal, ...leases.map(({ lost }) => lost)]),
      show: display.show,
    }).finally(display.end);
    await written.shared?.settle({ pipelines: PIPELINE_NAMES, again: false });
    context.out.write(settings.json ? `${JSON.stringify(report)}\n` : formatCopy(report));
    if (!report.complete) process.exitCode = 1;
  } finally {
    for (const { release } of leases) await release();
    for (const { store } of opened) await store.close();
  }
}

function lease({ store, world }: OpenedStore, context: CommandContext): Promise<Lease> {
  let lastText = '';
  return takeLease({
    ledger: store.ledger,
    pipelines: PIPELINE_NAMES,
    run: `copy-${process.pid}-${systemClock.now().toISOString()}`,
    self: thisProcess(),
    clock: systemClock,
    isAlive,
    wait: (delayMs, signal) => sleep(delayMs, undefined, signal === undefined ? {} : { signal }),
    signal: context.stop.signal,
    onWaiting(_, holder) {
      const text = `Waiting for run ${holder.run} on ${shownStore(world)}\n`;
      if (text !== lastText) context.err.write(text);
      lastText = text;
    },
  });
}

function showCopying(err: Terminal): { show(progress: CopyProgress): void; end(): void } {
  let last = Number.NEGATIVE_INFINITY;
  return {
    show({ current, documents, total }) {
      const line = `${number(documents)} of ${number(total)} documents  ${current}`;
      const now = performance.now();
      if (err.isTTY) err.status(line);
      else if (now - last >= LINE_EVERY_MS) {
        last = now;
        err.write(`${shownLine(line)}\n`);
      }
    },
    end() {
      err.status('');
    },
  };
}

function formatCopy({ complete, resumed, views, short, refused, newer, sources, runs }: CopyReport): string {
  const lines = views.map(({ view, from, to }) => {
    const note = to > from ? '  (the target has other documents, too)' : '';
    return `  ${view.padEnd(16)} ${number(from).padStart(12)} → ${number(to).padStart(12)}${note}`;
  });
  lines.push(`  ${number(sources)} acknowledged sources, ${number(runs)} reports of runs`);
  for (const { report, month } of newer)
    lines.push(`  · the target shows a newer delivery of ${report} for ${month}, which stays`);
  for (const { index, from, to } of short) lines.push(`  ✗ ${index}: ${number(to)} of ${number(from)} documents`);
  for (const { index, id, reason } of refused) lines.push(`  ✗ ${index} ${id}: refused: ${reason}`);
  const resuming = resumed ? ' It continued an earlier copy.' : '';
  lines.push(complete ? `The copy is complete.${resuming}` : `The copy is not complete: start it again.${resuming}`);
  return `${lines.map(shownLine).join('\n')}\n`;
}
