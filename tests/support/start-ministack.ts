import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The path of the program: on the PATH, or in the folder of the test services. */
export function ministackProgram(): string | undefined {
  const engines = process.env.ENGINES_ROOT;
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...(engines ? [join(engines, '../venv-ministack/bin')] : [])];
  return folders.map((folder) => join(folder, 'ministack')).find((program) => existsSync(program));
}

/** Starts a ministack that checks signatures and policies. An access key of 12 digits is the root user of that account. */
export async function startMinistackWithAuth(program: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const child = spawn(program, {
    cwd: mkdtempSync(join(tmpdir(), 'orgscope-ministack-')),
    env: { PATH: process.env.PATH, AUTH: 'true', GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1' },
    stdio: 'ignore',
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) break;
    if (child.exitCode !== null || attempt > 300) throw new Error('ministack did not start');
    await sleep(200);
  }
  return {
    url,
    async stop() {
      process.off('exit', kill);
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
