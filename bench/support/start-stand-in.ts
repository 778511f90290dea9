import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface StandIn {
  readonly url: string;
  stop(): void;
}

/** Starts a script of this folder that stands in for a service, in a process of its own, so that its CPU time is not measured. */
export async function startStandIn(script: string, args: readonly string[] = []): Promise<StandIn> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = (): void => void child.kill();
  process.once('exit', stop);
  for await (const url of createInterface(child.stdout)) return { url, stop };
  throw new Error(`${script} ended before it listened`);
}
