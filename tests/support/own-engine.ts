import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type OwnEngineKind = 'os2' | 'es8';

/** An engine that one test starts for itself, to kill it, limit it or make it read-only. */
export interface OwnEngine {
  readonly url: string;
  /** Kills the engine with SIGKILL, as a power cut would. */
  kill(): Promise<void>;
  /** Starts the engine again with its data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('../../../shared/services/engines/start.sh', import.meta.url));

/** The reason to skip a test that starts its own engine, or false. */
export function missingEngines(): string | false {
  const root = process.env.ENGINES_ROOT;
  if (root && existsSync(SCRIPT)) return false;
  const reason =
    'ENGINES_ROOT not set, or no shared/services beside the checkout: this test starts an engine of its own to kill it';
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}

/** `settings` are lines of its configuration, such as `thread_pool.write.queue_size: 3`. */
export async function startOwnEngine(kind: OwnEngineKind, settings: readonly string[] = []): Promise<OwnEngine> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-engine-'));
  // If this process is root, the script runs Elasticsearch as another user, who must reach the folder.
  chmodSync(folder, 0o755);
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const started = spawn('bash', [SCRIPT, kind, String(port), '512m'], {
      // A new process group: the engine may be a child of the script, and the group is killed as a whole.
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, ROOT: process.env.ENGINES_ROOT, RUN: join(folder, 'run'), KEEP: '1', EXTRA: settings.join('\n') },
    });
    child = started;
    for (let attempt = 0; ; attempt++) {
      const healthy = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (healthy) return;
      if (started.exitCode !== null || attempt > 1_500) throw new Error(`${kind} did not start on ${port}`);
      await sleep(200);
    }
  }

  async function kill(): Promise<void> {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    process.kill(-child.pid, 'SIGKILL');
    await closed;
  }

  const killNow = (): void => {
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  process.once('exit', killNow);
  await start();
  return {
    url,
    kill,
    restart: start,
    async stop() {
      process.off('exit', killNow);
      await kill();
      rmSync(folder, { recursive: true, force: true });
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
