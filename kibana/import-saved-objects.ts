import { OrgscopeError } from '../core/problem.ts';

/** A Kibana or OpenSearch Dashboards, and how we sign in to it. */
export interface KibanaTarget {
  /** The address, with a base path if there is one. A user and a password in it take precedence. */
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly apiKey?: string | undefined;
  /** The id of a space of Kibana. */
  readonly space?: string | undefined;
  /** The name of a tenant of OpenSearch Dashboards. */
  readonly tenant?: string | undefined;
  readonly signal: AbortSignal;
}

export interface Imported {
  readonly product: 'Kibana' | 'OpenSearch Dashboards';
  /** Such as `8.19.0`; empty where the server does not tell. */
  readonly version: string;
  readonly objects: number;
}

/** A server under load answers an import of some hundred objects within seconds. */
const TIMEOUT_MS = 120_000;

/**
 * Yields what a server took of a file of saved objects, those of the same ids replaced. The password goes into a header and nowhere else: no
 * error carries the address as it was given, nor the cause, which may quote it.
 */
export async function importSavedObjects(target: KibanaTarget, file: string): Promise<Imported> {
  const { base, headers } = signIn(target);
  const ask = (path: string, init: RequestInit = {}): Promise<Response> => request(base, path, headers, target.signal, init);

  const server = await identify(base, await ask('/api/status'));
  if (server.product === 'Kibana' && target.tenant !== undefined)
    throw usage('--tenant is for OpenSearch Dashboards', `${base} is Kibana: use --space.`);
  if (server.product === 'OpenSearch Dashboards' && target.space !== undefined)
    throw usage('--space is for Kibana', `${base} is OpenSearch Dashboards: use --tenant.`);
  if (target.space !== undefined && (await ask(`/api/spaces/space/${encodeURIComponent(target.space)}`)).status === 404) {
    throw new OrgscopeError(
      'missing',
      `${base} has no space ${target.space}.`,
      'Make it in Stack Management, or name one of those there are.',
    );
  }

  const form = new FormData();
  form.append('file', new Blob([file], { type: 'application/ndjson' }), 'orgscope.ndjson');
  const place = target.space === undefined || target.space === 'default' ? '' : `/s/${encodeURIComponent(target.space)}`;
  const response = await ask(`${place}/api/saved_objects/_import?overwrite=true`, { method: 'POST', body: form });
  const answer = await json(response);
  if (response.status === 413) {
    throw new OrgscopeError(
      'store',
      `${base} takes no file of ${Math.ceil(file.length / 1024)} KiB.`,
      'Raise savedObjects.maxImportPayloadBytes there, and the limit of a proxy before it.',
    );
  }
  if (response.status !== 200 || answer === undefined) {
    throw new OrgscopeError(
      'store',
      `${base} refused the import (${response.status}${said(answer)}).`,
      'See the log of that server.',
    );
  }
  if (answer.success !== true) {
    const errors = Array.isArray(answer.errors) ? (answer.errors as ImportError[]) : [];
    const first = errors
      .slice(0, 3)
      .map(({ type, id, error }) => `${type} ${id}: ${error?.type ?? 'unknown'}${error?.message ? ` (${error.message})` : ''}`);
    throw new OrgscopeError(
      'store',
      `${base} took ${Number(answer.successCount ?? 0)} objects and refused ${errors.length}: ${first.join('; ')}${errors.length > 3 ? '; …' : ''}.`,
      'An object of the same id that may not be overwritten is removed there by hand; then import again.',
    );
  }
  return { ...server, objects: Number(answer.successCount) };
}

interface ImportError {
  readonly type: string;
  readonly id: string;
  readonly error?: { readonly type?: string; readonly message?: string };
}

function signIn({ url, user, password, apiKey, tenant }: KibanaTarget): { base: string; headers: Record<string, string> } {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw usage('--kibana is no address', 'Give one such as https://kibana.example.com:5601.');
  const parsed = new URL(url);
  const base = `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
  const name = decodeURIComponent(parsed.username) || user;
  const secret = decodeURIComponent(parsed.password) || password;
  const authorization =
    name !== undefined && secret !== undefined
      ? `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
      : apiKey === undefined
        ? undefined
        : `ApiKey ${apiKey}`;
  return {
    base,
    headers: {
      // Each product requires its own header and ignores the other's.
      'kbn-xsrf': 'true',
      'osd-xsrf': 'true',
      ...(authorization === undefined ? {} : { authorization }),
      ...(tenant === undefined ? {} : { securitytenant: tenant }),
    },
  };
}

async function request(
  base: string,
  path: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  init: RequestInit,
): Promise<Response> {
  let response: Response;
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    response = await fetch(base + path, { ...init, headers, signal: within, redirect: 'manual' });
  } catch (error) {
    if (signal.aborted) throw new OrgscopeError('interrupted', 'Stopped.', 'Run it again.');
    throw unreachable(base, codeOf(error));
  }
  const signedIn = headers.authorization !== undefined;
  // A client that is not signed in is redirected to the login page.
  if (response.status === 401 || (response.status >= 300 && response.status < 400)) {
    throw new OrgscopeError(
      'credentials',
      signedIn ? `${base} refused the user, the password or the API key.` : `${base} wants a sign-in.`,
      'Set ORGSCOPE_KIBANA_USER and ORGSCOPE_KIBANA_PASSWORD, or ORGSCOPE_KIBANA_API_KEY.',
    );
  }
  if (response.status === 403) {
    throw new OrgscopeError(
      'denied',
      `${base} does not allow this user to import saved objects (403${said(await json(response))}).`,
      'Give it a role that may write Saved Objects Management, Dashboards, Visualize, Discover and index patterns there.',
    );
  }
  if (response.status === 502 || response.status === 503 || response.status === 504) {
    const reason = said(await json(response));
    throw new OrgscopeError(
      'unreachable',
      `${base} is not ready (${response.status}${reason}).`,
      LICENCE.test(reason)
        ? 'It asks its engine for a licence: wait until that answers. An Elasticsearch without licences (oss, or built from the source) needs Kibana oss or OpenSearch Dashboards.'
        : 'Wait until it has started, and run this again.',
    );
  }
  return response;
}

/** Kibana's message while its engine has not answered. */
const LICENCE = /licen[cs]e is not available/i;

const TLS = /^(?:ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

function unreachable(base: string, code: string): OrgscopeError {
  if (TLS.test(code)) {
    return new OrgscopeError(
      'unreachable',
      `The certificate of ${base} is not trusted (${code}).`,
      'Set NODE_EXTRA_CA_CERTS to the file of the authority that signed it.',
    );
  }
  return new OrgscopeError(
    'unreachable',
    `Nothing answers at ${base} (${code}).`,
    'Check the address; Kibana listens on port 5601 by default.',
  );
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error instanceof Error ? error.name : 'unknown';
}

/** Identifies the product, and checks that its version can import the file. */
async function identify(base: string, response: Response): Promise<Omit<Imported, 'objects'>> {
  const status = response.status === 200 ? await json(response) : undefined;
  const version = (status?.version as { number?: unknown } | undefined)?.number;
  const number = typeof version === 'string' ? version : '';
  const major = Number.parseInt(number, 10);
  const named = response.headers.has('osd-name') ? 'osd' : response.headers.has('kbn-name') ? 'kbn' : undefined;
  if (status === undefined || (number === '' && named === undefined)) {
    throw new OrgscopeError(
      'missing',
      `What answers at ${base} is no Kibana or OpenSearch Dashboards (${response.status}).`,
      'Give the address that people open in the browser, with its base path; not that of the engine, port 9200.',
    );
  }
  // OpenSearch Dashboards began again at 1; servers that grew out of Kibana keep its numbers and header.
  const product = named === 'osd' || (named === undefined && major < 7) ? 'OpenSearch Dashboards' : 'Kibana';
  if (product === 'Kibana' && major >= 9) {
    throw new OrgscopeError(
      'conflict',
      `${base} is Kibana ${number}, which takes no saved objects of Kibana 7, and these are of Kibana 7.`,
      "Import them into Kibana 8 and upgrade that, or use orgscope's own page (`orgscope up`), which has the same dashboards.",
    );
  }
  const [, minor = 0] = number.split('.').map(Number);
  if (product === 'Kibana' && (major < 7 || (major === 7 && minor < 10)))
    throw new OrgscopeError(
      'conflict',
      `${base} is Kibana ${number}; these dashboards need 7.10.`,
      'Upgrade it, or use `orgscope up`.',
    );
  return { product, version: number };
}

async function json(response: Response): Promise<Record<string, unknown> | undefined> {
  try {
    const body: unknown = await response.json();
    return body !== null && typeof body === 'object' ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const said = (answer: Record<string, unknown> | undefined): string =>
  typeof answer?.message === 'string' ? `: ${answer.message.slice(0, 300)}` : '';

const usage = (message: string, next: string): OrgscopeError => new OrgscopeError('usage', `${message}.`, next);
