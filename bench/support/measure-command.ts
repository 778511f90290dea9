import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentWithoutAws } from '../../tests/support/without-aws.ts';

const BOOTSTRAP = fileURLToPath(new URL('../../cli/bootstrap.mjs', import.meta.url));
const REPORT_USAGE = new URL('../../tests/support/report-usage.ts', import.meta.url).href;

export interface CommandUsage {
  /** User and system, of the whole process from its start. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMib: number;
  readonly stdout: string;
}

/**
 * Runs the command line as a user does, in a process that sees none of the machine's AWS settings, and measures it. `watch` is called ten times
 * a second with the process's id. Throws where the command fails.
 */
export async function measureCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  watch?: (pid: number) => Promise<void>,
): Promise<CommandUsage> {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-bench-'));
  const usage = join(folder, 'usage.json');
  try {
    const started = performance.now();
    const child = spawn(process.execPath, [BOOTSTRAP, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environmentWithoutAws({
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${REPORT_USAGE}`,
        ORGSCOPE_TEST_USAGE: usage,
        ...env,
      }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const watching = watch === undefined ? undefined : setInterval(() => void watch(child.pid as number), 100);
    const [code] = (await once(child, 'close')) as [number | null];
    clearInterval(watching);
    const wallSeconds = (performance.now() - started) / 1_000;
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    const { cpuSeconds, peakMib } = JSON.parse(readFileSync(usage, 'utf8')) as { cpuSeconds: number; peakMib: number };
    return { cpuSeconds, wallSeconds, peakMib, stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
