import { readFileSync } from 'node:fs';
import type { AwsCredentialIdentity } from '@smithy/types';
import { OrgscopeError } from '../../core/problem.ts';
import { EngineError } from './engine-error.ts';

export interface ConnectOptions {
  /** One or several, such as `https://user:password@host:9200`. Not needed with `cloudId`. */
  readonly nodes: readonly string[];
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly cloudId?: string | undefined;
  /** The authority that signed the server's certificate, PEM. */
  readonly caFile?: string | undefined;
  /** Amazon OpenSearch Service (`es`) or Serverless (`aoss`); signed with credentials of the AWS SDK's chain where none are given. */
  readonly sigv4?:
    | { readonly region: string; readonly service: 'es' | 'aoss'; readonly getCredentials?: () => Promise<AwsCredentialIdentity> }
    | undefined;
  readonly requestTimeoutMs?: number | undefined;
  /** By default only for addresses of other machines: on this one it costs CPU and saves nothing. */
  readonly compress?: boolean | undefined;
}

/** Yields the nodes' addresses without credentials, and the header that carries these. */
export function addresses(options: ConnectOptions): { nodes: string[]; headers: Record<string, string> } {
  const given = options.cloudId === undefined ? options.nodes : [cloudAddress(options.cloudId)];
  if (given.length === 0) throw new EngineError('usage', 'No address of a store is given.', 'Write it as https://host:9200.');
  let { user, password } = options;
  const nodes = given.map((text) => {
    let url: URL;
    try {
      url = new URL(text);
    } catch {
      // The message does not repeat the text, which may hold a password.
      throw new EngineError('usage', "The store's address is no URL.", 'Write it as https://host:9200.');
    }
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new EngineError('usage', `The store's address begins with ${url.protocol}`, 'Write it as https://host:9200.');
    }
    if (url.username !== '') {
      user ??= decodeURIComponent(url.username);
      password ??= decodeURIComponent(url.password);
    }
    const path = url.pathname.replace(/\/+$/, '');
    return `${url.protocol}//${url.host}${path}`;
  });
  if (options.apiKey !== undefined) return { nodes, headers: { authorization: `ApiKey ${options.apiKey}` } };
  if (user === undefined) return { nodes, headers: {} };
  const basic = Buffer.from(`${user}:${password ?? ''}`).toString('base64');
  return { nodes, headers: { authorization: `Basic ${basic}` } };
}

/** `name:base64(host$elasticsearch$kibana)`, as Elastic Cloud shows it. */
function cloudAddress(cloudId: string): string {
  const [host = '', id = ''] = Buffer.from(cloudId.slice(cloudId.indexOf(':') + 1), 'base64')
    .toString('utf8')
    .split('$');
  if (!/^[\w.-]+(:\d+)?$/.test(host) || !/^[\w-]+(:\d+)?$/.test(id)) {
    throw new EngineError('usage', 'The cloud id is not one of Elastic Cloud.', 'Copy it from the page of the deployment.');
  }
  return `https://${id}.${host}`;
}

/** The certificate authority as PEM. */
export function readCa(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new OrgscopeError(
      'missing',
      `The certificate authority ${code === 'ENOENT' ? 'is not there' : `can't be read (${code})`}.`,
      'Give the path of its PEM file with --store-ca.',
      { file },
    );
  }
}
