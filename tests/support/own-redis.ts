import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** A Redis that one test starts for itself, to kill it, restart it or configure it wrongly. */
export interface OwnRedis {
  readonly url: string;
  readonly port: number;
  /** Kills the server with SIGKILL. */
  kill(): Promise<void>;
  /** Starts the server again with the data of its append-only file. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The reason to skip a test that starts its own Redis, or false. */
export function missingRedisServer(): string | false {
  if (spawnSync('redis-server', ['--version']).status === 0) return false;
  const reason = 'redis-server is not on the PATH: this test starts one of its own';
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}

const started = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

export async function startOwnRedis(args: readonly string[] = ['--appendonly', 'yes'], password?: string): Promise<OwnRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-redis-'));
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...args], {
      stdio: 'ignore',
    });
    started.add(child);
    const client = new Redis({ port, ...(password === undefined ? {} : { password }), retryStrategy: () => 50 });
    client.on('error', () => undefined);
    await client.ping();
    client.disconnect();
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    if (ending === undefined) return;
    child = undefined;
    const exit = once(ending, 'exit');
    ending.kill(signal);
    await exit;
    started.delete(ending);
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      await start();
    },
    async stop() {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
