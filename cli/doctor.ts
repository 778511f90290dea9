import { join } from 'node:path';
import type { Command } from 'commander';
import { worldToRun } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { engineOptions } from '../app/open-store.ts';
import { ownReach } from '../app/own-reach.ts';
import { readRetention } from '../app/read-retention.ts';
import { readSettings, type Settings } from '../app/settings.ts';
import { shownPath } from '../app/shown-path.ts';
import { storeMappings } from '../app/store-mappings.ts';
import { groupProblems } from '../core/group-problems.ts';
import { formatProblem, type Problem, toProblem } from '../core/problem.ts';
import { shownLine } from '../core/shown-line.ts';
import { type Finding, placeBefore } from '../pipelines/diagnose.ts';
import { chooseKinds } from './choose-kinds.ts';
import { formatGroup } from './format-problems.ts';

export interface DoctorOptions {
  readonly kinds?: string;
  readonly all?: boolean;
}

/** `doctor`: checks what a run needs before the first one; each problem with what to do about it. */
export async function doctor(
  context: CommandContext,
  { kinds: chosen, all = false }: DoctorOptions,
  command: Command,
): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  const kinds = chooseKinds(chosen);
  const findings: Finding[] = [];
  const { out, err } = context;
  const status = (text: string): void => {
    if (!settings.json) err.status(text);
  };
  const say = (finding: Finding): void => {
    findings.push(finding);
  };

  if (worldToRun(settings, undefined).sample) {
    say({
      check: 'lists',
      level: 'ok',
      message: 'nothing of your own is named, so that there is nothing to check: a run shows the sample organisation',
      next: `Name accounts in ${shownPath(settings.lists)}/account.txt, one a line (a profile, an account id or the ARN of a role), or say --organization.`,
    });
  } else {
    const { diagnose } = await import('../pipelines/diagnose.ts');
    const reach = await ownReach({ settings, environment: context.environment, signal: context.stop.signal });
    try {
      status('asking for accounts …');
      const progress = (done: number, accounts: number): void => status(`${done} of ${accounts} accounts asked …`);
      for await (const finding of diagnose({ reach, kinds, signal: context.stop.signal, progress })) say(finding);
    } finally {
      status('');
      reach.close();
    }
  }

  for (const finding of await storeFindings(settings)) say(finding);

  const count = (level: Finding['level']): number => findings.filter((finding) => finding.level === level).length;
  if (settings.json) out.write(`${JSON.stringify({ ok: count('failed') === 0, findings })}\n`);
  else {
    for (const line of formatFindings(findings, all)) out.write(`${shownLine(line)}\n`);
    out.write(`${count('ok')} succeeded, ${count('warning')} to look at, ${count('failed')} failed\n`);
  }
  if (count('failed') > 0) process.exitCode = 1;
}

/** What prevents an engine from taking our documents; the embedded store needs no check. */
async function storeFindings({ store, lists }: Settings): Promise<Finding[]> {
  if (store.type === 'duckdb') return [];
  const check = 'store' as const;
  try {
    const mappings = storeMappings();
    const [{ connect }, { planSetup }] = await Promise.all([
      import('../stores/elasticsearch/connect.ts'),
      import('../stores/elasticsearch/setup.ts'),
    ]);
    const engine = await connect(engineOptions(store));
    try {
      const { steps } = await planSetup(engine, mappings, {
        retentionDays: readRetention(join(lists, 'retention.txt'), mappings).days,
      });
      const conflicts = steps.filter(({ action }) => action === 'conflict');
      if (conflicts.length === 0)
        return [{ check, level: 'ok', message: `${engine.name} accepts the documents of orgscope`, next: '' }];
      return conflicts.map(({ name, detail, next = '' }) => ({ check, level: 'failed', message: `${name}: ${detail}`, next }));
    } finally {
      await engine.close();
    }
  } catch (error) {
    const { message, next } = toProblem(error);
    return [{ check, level: 'failed', message, next }];
  }
}

const MARKS: Readonly<Record<Finding['level'], string>> = { ok: '✓', warning: '!', failed: '✗' };

/** A line per cause, in the order of the checks. A finding about one place begins with it. */
function formatFindings(findings: readonly Finding[], all: boolean): readonly string[] {
  const checks = Map.groupBy(findings, ({ check, level }) => `${MARKS[level]} ${check.padEnd(8)}  `);
  return [...checks].flatMap(([mark, ofCheck]) => {
    const problems = ofCheck.map(asProblem);
    const lines = all
      ? problems.map((problem) => formatProblem(problem))
      : groupProblems(problems).map((group) => formatGroup(group, ALL));
    return lines.map((line) => mark + line);
  });
}

const ALL = 'orgscope doctor --all';

/** Separates the place from the message, so that findings of one cause are grouped. */
function asProblem({ level, account, region, message, next, where = {}, count = 1 }: Finding): Problem {
  const place = placeBefore(where);
  return {
    code: 'unexpected',
    severity: level === 'failed' ? 'failed' : 'notice',
    message: message.startsWith(place) ? message.slice(place.length) : message,
    next,
    where: { ...where, ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
    count,
  };
}
