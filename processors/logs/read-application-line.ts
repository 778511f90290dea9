import { type Json, type JsonObject, memberAt } from '../../core/json.ts';
import { getOwn } from '../../core/set-own.ts';
import { isObject, parseObject, valueText } from './record-values.ts';

/** What an application says in one line of JSON. */
export interface ApplicationLine {
  readonly level: string | undefined;
  readonly message: string | undefined;
  readonly logger: string | undefined;
  readonly user: string | undefined;
  readonly traceId: string | undefined;
  /** In nanoseconds, as ECS counts durations. */
  readonly duration: number | undefined;
  readonly error: string | undefined;
  readonly record: JsonObject;
}

/** Where the usual libraries write each part, in order of precedence. */
const LEVEL = [
  'level',
  'log.level',
  'severity',
  'levelname',
  'loglevel',
  'logLevel',
  'LogLevel',
  'Level',
  'lvl',
  '@l',
  'severityText',
];
const MESSAGE = ['message', 'msg', 'log', 'Message', 'event', '@m', 'short_message', 'body'];
const LOGGER = ['logger', 'log.logger', 'logger_name', 'loggerName', 'name', 'component', 'Category'];
const USER = ['user.name', 'user.id', 'user', 'username', 'userName', 'user_name', 'userId', 'user_id'];
const TRACE = ['trace.id', 'trace_id', 'traceId', 'traceID', 'TraceId', 'dd.trace_id', 'xray_trace_id'];
const ERROR = ['error.message', 'err.message', 'exception.message', 'error', 'err', 'exc_info', 'exception'];
/** Each with the nanoseconds of its unit; a name without a unit is not read. */
const DURATIONS: readonly (readonly [name: string, nanoseconds: number])[] = [
  ['event.duration', 1],
  ['duration_ns', 1],
  ['duration_us', 1e3],
  ['duration_ms', 1e6],
  ['durationMs', 1e6],
  ['elapsed_ms', 1e6],
  ['elapsedMs', 1e6],
  ['latency_ms', 1e6],
  ['latencyMs', 1e6],
  ['response_time_ms', 1e6],
  // Of pino-http, in milliseconds.
  ['responseTime', 1e6],
  ['duration_s', 1e9],
  ['duration_seconds', 1e9],
];

/** Reads a line of JSON; undefined where the line is no JSON object. */
export function readApplicationLine(text: string): ApplicationLine | undefined {
  if (!text.startsWith('{')) return undefined;
  const parsed = parseObject(text);
  if (parsed.type !== 'ok') return undefined;
  const record = parsed.value;
  const first = (names: readonly string[]): string | undefined => {
    for (const name of names) {
      const found = valueText(valueAt(record, name));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    level: normalLevel(first(LEVEL)),
    message: first(MESSAGE),
    logger: first(LOGGER),
    user: first(USER),
    traceId: first(TRACE),
    duration: durationOf(record),
    error: first(ERROR),
    record,
  };
}

/** The member of that name, or else the one at that path. */
function valueAt(record: JsonObject, name: string): Json | undefined {
  const own = getOwn(record, name);
  if (own !== undefined || !name.includes('.')) return own;
  const [first = '', ...rest] = name.split('.');
  const inner = getOwn(record, first);
  return isObject(inner) ? memberAt(inner, ...rest) : undefined;
}

function durationOf(record: JsonObject): number | undefined {
  for (const [name, nanoseconds] of DURATIONS) {
    const value = valueAt(record, name);
    const duration = typeof value === 'number' ? Math.round(value * nanoseconds) : Number.NaN;
    if (duration >= 0 && Number.isSafeInteger(duration)) return duration;
  }
  return undefined;
}

/** Names that libraries use in place of `trace`, `debug`, `info`, `warn`, `error` and `fatal`. */
const LEVELS: Readonly<Record<string, string>> = {
  verbose: 'trace',
  finest: 'trace',
  finer: 'trace',
  silly: 'trace',
  fine: 'debug',
  dbg: 'debug',
  information: 'info',
  informational: 'info',
  inf: 'info',
  notice: 'info',
  config: 'info',
  default: 'info',
  warning: 'warn',
  wrn: 'warn',
  err: 'error',
  severe: 'error',
  critical: 'fatal',
  crit: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
  panic: 'fatal',
  dpanic: 'fatal',
  ftl: 'fatal',
};
/** Numbers of pino and bunyan. */
const NUMBERED = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** One name for each level, in lower case; a level that no library is known for stays as it is. */
export function normalLevel(level: string | undefined): string | undefined {
  if (level === undefined) return undefined;
  const name = level.toLowerCase();
  if (/^[1-6]0$/.test(name)) return NUMBERED[Number(name) / 10 - 1];
  return getOwn(LEVELS, name) ?? name;
}
