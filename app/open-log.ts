import { pino } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';

export interface LogOptions {
  readonly stream: { write(line: string): unknown };
  readonly clock: Clock;
  /** Texts that are always redacted: an error of a library may contain a URL with its password. */
  readonly secrets: readonly string[];
}

const REDACTED = '[redacted]';

/** Names of fields whose values are secret, at any of the first levels. */
const SECRET_FIELDS = ['token', 'password', 'apiKey', 'secretAccessKey', 'sessionToken', 'authorization', 'cookie'];

/** A log of one JSON object a line, for machines: `time`, `level`, `message` and further fields. */
export function openLog({ stream, clock, secrets }: LogOptions): Log {
  // Escaped as in JSON. The longest first, since one secret may be part of another.
  const hidden = secrets
    .filter((secret) => secret !== '')
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .sort((a, b) => b.length - a.length);
  return pino(
    {
      messageKey: 'message',
      timestamp: () => `,"time":"${clock.now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: REDACTED },
      hooks: {
        streamWrite: (line) => hidden.reduce((text, secret) => text.replaceAll(secret, REDACTED), withoutCredentials(line)),
      },
    },
    stream,
  );
}

/** `https://user:password@host` → `https://[redacted]@host`, and the token of an address of the page. */
const withoutCredentials = (line: string): string =>
  line.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/"'@]+@/gi, `$1${REDACTED}@`).replace(/([?&]token=)[^\s&"'\\]+/gi, `$1${REDACTED}`);
