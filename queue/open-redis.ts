import { Redis } from 'ioredis';
import { OrgscopeError } from '../core/problem.ts';

/** A Redis that is fit for the queue, and a connection to it that is restored by itself after Redis was away. */
export interface OpenedRedis {
  /** For people, without credentials: `host:port/db`. */
  readonly name: string;
  readonly client: Redis;
  /** Settings of this Redis with which it may lose jobs, for people. */
  readonly notices: readonly string[];
  close(): void;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** BullMQ needs Redis 6.2 or later. https://docs.bullmq.io/guide/redis-tm-compatibility */
const OLDEST: readonly [number, number] = [6, 2];

/**
 * Connects, and checks that this Redis may hold a queue: one that evicts keys when its memory is full would silently drop jobs. Rejects
 * with an OrgscopeError. A Redis that goes away later is waited for, and `onAway` is called each time a connection fails.
 */
export async function openRedis(url: string, onAway: (error: OrgscopeError) => void = () => undefined): Promise<OpenedRedis> {
  const { name, options } = parseUrl(url);
  const probe = new Redis({ ...options, lazyConnect: true, retryStrategy: () => null, enableOfflineQueue: false });
  // ioredis emits the reason for a refused connection as an event, and rejects `connect` with a general error.
  let reason: unknown;
  probe.on('error', (error) => {
    reason = error;
  });
  let notices: readonly string[];
  try {
    await probe.connect();
    notices = checkServer(await probe.info(), name);
  } catch (error) {
    throw error instanceof OrgscopeError ? error : connectError(reason ?? error, name);
  } finally {
    probe.disconnect();
  }
  // Commands wait while Redis is away: without it a worker has nothing to do. A command whose answer got lost is sent again.
  const client = new Redis({ ...options, maxRetriesPerRequest: null });
  client.on('error', (error) => onAway(connectError(error, name)));
  return { name, client, notices, close: () => client.disconnect() };
}

function parseUrl(text: string) {
  const bad = (): OrgscopeError =>
    new OrgscopeError(
      'usage',
      'ORGSCOPE_REDIS_URL is not the address of a Redis.',
      'Write redis://host:6379 or rediss://user:password@host:6379/0 (percent-encode what a URL would not take).',
    );
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw bad();
  }
  const db = /^\/?(\d*)$/.exec(url.pathname)?.[1];
  if (!/^rediss?:$/.test(url.protocol) || url.hostname === '' || db === undefined) throw bad();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || 6379;
  return {
    name: `${host}:${port}${db === '' ? '' : `/${db}`}`,
    options: {
      host,
      port,
      db: Number(db),
      connectTimeout: CONNECT_TIMEOUT_MS,
      ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
      ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
      ...(url.protocol === 'rediss:' ? { tls: { servername: host } } : {}),
    },
  };
}

function checkServer(info: string, name: string): readonly string[] {
  const fields = new Map(info.split(/\r?\n/).map((line) => line.split(':', 2) as [string, string]));
  const [major = 0, minor = 0] = (fields.get('redis_version') ?? '').split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    const version = fields.get('redis_version') ?? 'of an unknown version';
    throw new OrgscopeError('conflict', `The Redis at ${name} is ${version}.`, `The queue needs ${OLDEST.join('.')} or later.`);
  }
  if (fields.get('redis_mode') === 'cluster') {
    throw new OrgscopeError('conflict', `The Redis at ${name} is a cluster.`, 'The queue needs a single Redis (with replicas).');
  }
  const policy = fields.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    throw new OrgscopeError(
      'conflict',
      `The Redis at ${name} drops keys when its memory is full (maxmemory-policy ${policy}): jobs would be lost.`,
      'Set maxmemory-policy to noeviction, or give the queue a Redis of its own.',
    );
  }
  if (fields.get('aof_enabled') === '0') {
    return [
      `The Redis at ${name} keeps no append-only file: when it restarts, what waits is planned again. Set appendonly to yes.`,
    ];
  }
  return [];
}

function connectError(error: unknown, name: string): OrgscopeError {
  const { code, message = '' } = error as { code?: string; message?: string };
  // Redis puts its code before the text of an error: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
  const reply = /^([A-Z]+)\b/.exec(message)?.[1];
  if (reply === 'NOAUTH' || reply === 'WRONGPASS' || reply === 'NOPERM') {
    const what =
      reply === 'NOAUTH'
        ? 'asks for a password'
        : reply === 'WRONGPASS'
          ? 'refuses the user or password'
          : 'does not let the user do this';
    return new OrgscopeError(
      reply === 'NOPERM' ? 'denied' : 'credentials',
      `The Redis at ${name} ${what}.`,
      'Set ORGSCOPE_REDIS_URL=redis://user:password@host:port (redis://:password@host:port without a user).',
      {},
      { cause: error },
    );
  }
  return new OrgscopeError(
    'unreachable',
    `The Redis at ${name} can't be reached (${code ?? reply ?? (message || 'no answer')}).`,
    'Start it, or set ORGSCOPE_REDIS_URL to where it is; rediss:// is for TLS.',
    {},
    { cause: error },
  );
}
