/**
 * What it costs to start: the CPU of `--version`, `--help`, a small search and a small run, the bootstrap included, as ratios to `node -e 0`.
 * Rounds alternate; the median round counts. `version_first` is a first start, for which Node has compiled nothing before.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTrailObjects } from './support/make-trail-objects.ts';
import { median } from './support/measure.ts';

const ROUNDS = 5;
/** Starts in one round: the shell counts CPU in hundredths of a second. */
const STARTS = 3;
const BOOTSTRAP = fileURLToPath(new URL('../cli/bootstrap.mjs', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'orgscope-bench-'));
try {
  const source = join(folder, 'source');
  const lists = join(folder, 'lists');
  const data = join(folder, 'data');
  mkdirSync(lists);
  makeTrailObjects(source, { objects: 1, eventsPerObject: 10, seed: 42 });
  const own = ['--data', data, '--lists', lists];
  const commands: Readonly<Record<string, readonly string[]>> = {
    node: ['-e', '0'],
    version_first: [BOOTSTRAP, '--version'],
    version: [BOOTSTRAP, '--version'],
    help: [BOOTSTRAP, '--help'],
    // Before the search, which needs documents; --again, since an object that was read before would not be opened.
    run: [BOOTSTRAP, 'run', 'trails', '--again', '--source', source, ...own],
    search: [BOOTSTRAP, 'search', 'awscli-trail-*', '--json', ...own],
  };
  const seconds: Record<string, number[]> = {};
  const ratios: Record<string, number[]> = {};
  // The first round fills the compile cache and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    let node = 0;
    for (const [name, args] of Object.entries(commands)) {
      const spent = cpuSeconds(args, name === 'version_first' ? { NODE_DISABLE_COMPILE_CACHE: '1' } : {});
      if (name === 'node') node = spent;
      if (round === 0) continue;
      seconds[name] = [...(seconds[name] ?? []), spent];
      ratios[name] = [...(ratios[name] ?? []), spent / node];
    }
  }
  const shown = (values: Readonly<Record<string, number[]>>, digits: number): Readonly<Record<string, number>> =>
    Object.fromEntries(Object.entries(values).map(([name, of]) => [name, Number(median(of).toFixed(digits))]));
  console.log(JSON.stringify({ bench: 'start', cpu_seconds: shown(seconds, 3), ratio_to_node: shown(ratios, 1) }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The CPU of one start of Node with these arguments, user and system, of the process and of all that it starts. */
function cpuSeconds(args: readonly string[], env: Readonly<Record<string, string>>): number {
  const script = `i=0; while [ $i -lt ${STARTS} ]; do "$@" > /dev/null 2>&1 || exit 1; i=$((i + 1)); done; times`;
  const { status, stdout } = spawnSync('sh', ['-c', script, 'sh', process.execPath, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${args.join(' ')} failed`);
  // The second line is that of the shell's children: `0m0.12s 0m0.03s`.
  const [user = 0, system = 0] = [...(stdout.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
  );
  return (user + system) / STARTS;
}
