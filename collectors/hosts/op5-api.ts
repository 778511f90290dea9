import type { Json, JsonObject } from '../../core/json.ts';
import { type HostSource, isInstanceId, type MonitoredHost } from '../../core/monitored-host.ts';
import { OrgscopeError, type Problem } from '../../core/problem.ts';

export interface Op5ApiOptions {
  /** Of the server, such as `https://op5.example.com`. */
  readonly url: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Hosts per request; default 1,000. */
  readonly pageSize?: number;
  /** Per request; default 30,000. */
  readonly timeoutMs?: number;
}

const COLUMNS = 'name,address,alias,state,has_been_checked,groups,custom_variables';
/** https://docs.itrsgroup.com/docs/op5-monitor/8.2.0/topics/api/monitor-api.html */
const STATES = ['up', 'down', 'unreachable'];

/**
 * Yields the hosts of an OP5 Monitor, read through its filter API. The password goes into a header of each request and nowhere else:
 * no error here carries the cause or the text that it comes from, because both may quote what was sent or configured.
 */
export function op5Api({ url, user, password, pageSize = 1_000, timeoutMs = 30_000 }: Op5ApiOptions): HostSource {
  const source = (URL.canParse(url) && new URL(url).host) || 'OP5';
  return {
    name: source,
    async hosts(signal) {
      const endpoint = endpointOf(url);
      if (user === undefined || password === undefined) {
        throw new OrgscopeError(
          'credentials',
          'OP5 needs a user and a password',
          'Set ORGSCOPE_OP5_USER and ORGSCOPE_OP5_PASSWORD, or unset ORGSCOPE_OP5_URL.',
          { object: endpoint },
        );
      }
      const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
      const hosts = new Map<string, MonitoredHost>();
      let nameless = 0;
      // Reads until an empty page: a short page is not always the last one.
      for (let offset = 0; ; ) {
        const page = await ask(endpoint, { authorization, offset, pageSize, timeoutMs, signal });
        if (page.length === 0) break;
        const before = hosts.size + nameless;
        for (const row of page) {
          const host = toHost(row, source);
          if (host === undefined) nameless++;
          // A host that moves to the next page during the reading appears twice.
          else hosts.set(host.name, host);
        }
        if (hosts.size + nameless === before) {
          throw new OrgscopeError(
            'malformed',
            'OP5 shows the same hosts on every page',
            'A proxy before it may drop "offset" from the query.',
            { object: endpoint },
          );
        }
        offset += page.length;
      }
      if (hosts.size === 0) {
        throw new OrgscopeError('empty', 'OP5 shows no host to this user', 'Allow the user to view all hosts.', {
          object: endpoint,
        });
      }
      const problem: Problem = {
        code: 'malformed',
        severity: 'failed',
        message: `${nameless} hosts without a name are left out`,
        next: 'Look at them in OP5.',
        where: { object: endpoint },
      };
      return { hosts: [...hosts.values()], problems: nameless > 0 ? [problem] : [] };
    },
  };
}

/** A text without possible secrets, for messages. */
function endpointOf(url: string): string {
  const next = 'Write it as https://op5.example.com.';
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base === undefined || (base.protocol !== 'https:' && base.protocol !== 'http:')) {
    throw new OrgscopeError('usage', 'ORGSCOPE_OP5_URL is not a web address', next);
  }
  if (base.username !== '' || base.password !== '') {
    throw new OrgscopeError(
      'usage',
      'ORGSCOPE_OP5_URL holds a user or a password, which would be shown wherever the address is',
      `${next} The user and the password go into ORGSCOPE_OP5_USER and ORGSCOPE_OP5_PASSWORD.`,
    );
  }
  return `${base.origin}${base.pathname.replace(/\/+$/, '')}/api/filter/query`;
}

interface Request {
  readonly authorization: string;
  readonly offset: number;
  readonly pageSize: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

async function ask(endpoint: string, request: Request): Promise<readonly Json[]> {
  const { authorization, offset, pageSize, timeoutMs, signal } = request;
  const query = new URLSearchParams({
    query: '[hosts] all',
    columns: COLUMNS,
    limit: String(pageSize),
    offset: String(offset),
    format: 'json',
  });
  const where = { object: endpoint };
  let response: Response;
  let text: string;
  try {
    // In the query a blank is %20: "+" is one only to what reads it as a form. A redirect followed would lose the password, or hand it on.
    response = await fetch(`${endpoint}?${query.toString().replaceAll('+', '%20')}`, {
      headers: { authorization, accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    const slow = (error as Error).name === 'TimeoutError';
    const reason = (error as { cause?: { code?: string } }).cause?.code;
    throw new OrgscopeError(
      'unreachable',
      slow ? `OP5 gave no answer within ${timeoutMs / 1_000} s` : `OP5 can't be reached${reason ? `: ${reason}` : ''}`,
      'Check ORGSCOPE_OP5_URL and the network; a certificate of your own authority goes into NODE_EXTRA_CA_CERTS.',
      where,
    );
  }
  if (!response.ok) throw refusal(response, where);
  let page: Json;
  try {
    page = JSON.parse(text);
  } catch {
    throw new OrgscopeError('malformed', 'OP5 gave an answer that is not JSON, or is cut off', 'Check ORGSCOPE_OP5_URL.', where);
  }
  if (Array.isArray(page)) return page;
  throw new OrgscopeError('malformed', 'OP5 gave an answer that is no list of hosts', 'Check ORGSCOPE_OP5_URL.', where);
}

function refusal({ status, headers }: Response, where: { object: string }): OrgscopeError {
  const because = (code: 'credentials' | 'denied' | 'missing' | 'unreachable', message: string, next: string) =>
    new OrgscopeError(code, `${message} (HTTP ${status})`, next, where);
  if (status === 401) {
    return because(
      'credentials',
      'OP5 does not accept the user and the password',
      'Check ORGSCOPE_OP5_USER and ORGSCOPE_OP5_PASSWORD; where OP5 has several ways to log in, the user is USER$MODULE, such as ana$LDAP.',
    );
  }
  if (status === 403) {
    return because('denied', 'the user may not ask OP5 for hosts', 'Allow it the HTTP API, and to view all hosts.');
  }
  if (status === 404) return because('missing', 'There is no API of OP5 at this address', 'Check ORGSCOPE_OP5_URL.');
  if (status >= 300 && status < 400) {
    const to = headers.get('location') ?? '';
    const target = URL.canParse(to, where.object) ? new URL(to, where.object).origin : 'another place';
    return because('unreachable', `OP5 sends us on to ${target}`, 'Set ORGSCOPE_OP5_URL to where OP5 itself answers.');
  }
  return because('unreachable', 'OP5 failed to answer', 'Look at the log of OP5 and run again.');
}

function toHost(row: Json, source: string): MonitoredHost | undefined {
  if (row === null || typeof row !== 'object' || Array.isArray(row)) return undefined;
  const name = text(row.name);
  if (name === undefined) return undefined;
  const [address, alias, state, instanceId] = [text(row.address), text(row.alias), stateOf(row), instanceIdOf(row)];
  return {
    name,
    ...(address === undefined ? {} : { address }),
    ...(alias === undefined ? {} : { alias }),
    ...(instanceId === undefined ? {} : { instanceId }),
    groups: (Array.isArray(row.groups) ? row.groups : []).flatMap((group) => text(group) ?? []),
    ...(state === undefined ? {} : { state }),
    source,
  };
}

/** A host that was never checked has the state 0 too. */
function stateOf({ state, has_been_checked: checked }: JsonObject): string | undefined {
  if (state === undefined || state === null) return undefined;
  return checked === false || Number(checked ?? 1) === 0 ? 'pending' : STATES[Number(state)];
}

/** Whatever variable holds it, since everyone names it differently; several ids in one host are no answer. No variables: `[]`. */
function instanceIdOf({ custom_variables: variables }: JsonObject): string | undefined {
  const ids = new Set(Object.values(variables ?? {}).filter((value) => typeof value === 'string' && isInstanceId(value.trim())));
  return ids.size === 1 ? String([...ids][0]).trim() : undefined;
}

const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
