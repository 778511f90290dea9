import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CliResult, result, spawnApart } from './run-cli.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const REPORT_USAGE = new URL('./report-usage.ts', import.meta.url).href;

/** The output of a process, its CPU seconds (user and system) and its peak resident memory. */
export interface Measured extends CliResult {
  readonly cpuSeconds: number;
  readonly peakMib: number;
}

/** Runs the command line in a new process and measures it. Tests compare the ratio of hostile to harmless input. */
export function measuredCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Measured> {
  return measured([MAIN, ...args], env);
}

/** Runs a script of the project in a new process and measures it. Throws with the output where a process was killed or aborted, since it reports no usage then. */
export async function measured(script: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-measured-'));
  const file = join(folder, 'usage.json');
  try {
    const child = spawnApart([process.execPath, '--import', REPORT_USAGE, ...script], { ...env, ORGSCOPE_TEST_USAGE: file });
    const said = await result(child);
    let usage: string;
    try {
      usage = readFileSync(file, 'utf8');
    } catch (cause) {
      throw new Error(`the process ended with ${said.code} ${child.signalCode ?? ''} before it could report: ${said.stderr}`, {
        cause,
      });
    }
    return { ...said, ...(JSON.parse(usage) as { cpuSeconds: number; peakMib: number }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
