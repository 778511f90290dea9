import { resolve } from 'node:path';
import { OrgscopeError } from '../core/problem.ts';
import type { Environment } from './environment.ts';

/** How to reach an engine. Whether it is Elasticsearch or OpenSearch is asked of it. */
export interface EngineLocation {
  readonly type: 'engine';
  /** Its addresses without credentials, for messages. */
  readonly name: string;
  /** Without credentials; empty with a cloud id. */
  readonly nodes: readonly string[];
  readonly basic: { readonly user: string; readonly password: string } | undefined;
  readonly apiKey: string | undefined;
  readonly cloudId: string | undefined;
  /** Absolute. */
  readonly caFile: string | undefined;
  /** Requests are signed for Amazon OpenSearch Service (`es`) or its serverless form (`aoss`). */
  readonly sigv4: { readonly region: string; readonly service: 'es' | 'aoss' } | undefined;
}

/** Where documents go: the embedded store in the folder of `--data`, or an engine. */
export type StoreLocation = { readonly type: 'duckdb' } | EngineLocation;

export interface StoreOptions {
  readonly store?: string | undefined;
  readonly storeCa?: string | undefined;
  readonly storeSigv4?: string | undefined;
}

const FORMS = 'Write duckdb, or https://host:9200, or https://host1:9200,host2:9200.';

/** Parses `--store` and the environment; the command line takes precedence. Throws an OrgscopeError (`usage`) that never contains a password. */
export function readStoreLocation(options: StoreOptions, { store: environment }: Pick<Environment, 'store'>): StoreLocation {
  // An address takes precedence over a cloud id, which the environment may hold for other commands.
  const { cloudId } = environment;
  const place = options.store ?? environment.place ?? (cloudId === undefined ? 'duckdb' : 'cloud');
  if (place === 'duckdb') return { type: 'duckdb' };
  const ofCloud = place === 'cloud';
  if (ofCloud && cloudId === undefined) throw usage('"cloud" needs ORGSCOPE_STORE_CLOUD_ID.', FORMS);
  const address = ofCloud ? { nodes: [], basic: undefined } : parseAddress(place);

  const sigv4Text = options.storeSigv4 ?? environment.sigv4;
  const sigv4 = sigv4Text === undefined ? undefined : parseSigv4(sigv4Text, address.nodes);
  const apiKey = address.basic === undefined && sigv4 === undefined ? environment.apiKey : undefined;
  const caFile = options.storeCa ?? environment.caFile;
  return {
    type: 'engine',
    name: ofCloud ? `cloud ${(cloudId as string).split(':', 1)[0]}` : address.nodes.join(','),
    nodes: address.nodes,
    basic: address.basic ?? (apiKey === undefined && sigv4 === undefined ? basicOf(environment) : undefined),
    apiKey,
    cloudId: ofCloud ? cloudId : undefined,
    caFile: caFile === undefined ? undefined : resolve(caFile),
    sigv4,
  };
}

function basicOf({ user, password }: Environment['store']): EngineLocation['basic'] {
  if (user === undefined && password === undefined) return undefined;
  if (user !== undefined && password !== undefined) return { user, password };
  throw usage('Of ORGSCOPE_STORE_USER and ORGSCOPE_STORE_PASSWORD only one is set.', 'Set both.');
}

/** `https://user:password@host1:9200,host2:9200/path` */
function parseAddress(text: string): { readonly nodes: string[]; readonly basic: EngineLocation['basic'] } {
  const match = /^(https?):\/\/(?:(.*)@)?([^/@]+)(\/.*)?$/.exec(text);
  if (match === null) {
    const shown = text.includes('@') ? 'What --store or ORGSCOPE_STORE says' : `"${text}"`;
    throw usage(`${shown} is no store.`, FORMS);
  }
  const [, scheme, credentials, hosts = '', path = ''] = match;
  const nodes = hosts.split(',').map((host) => {
    let node: URL;
    try {
      node = new URL(`${scheme}://${host.trim()}${path}`);
    } catch {
      throw usage(`"${host}" is no host.`, FORMS);
    }
    if (node.search !== '' || node.hash !== '' || host.trim() === '') throw usage(`"${host}" is no host.`, FORMS);
    return node.href.replace(/\/+$/, '');
  });
  if (credentials === undefined) return { nodes, basic: undefined };
  const colon = credentials.indexOf(':');
  if (colon < 1) {
    throw usage(
      'The store is named with a user and without a password.',
      'Write user:password@, or set ORGSCOPE_STORE_USER and ORGSCOPE_STORE_PASSWORD.',
    );
  }
  try {
    const user = decodeURIComponent(credentials.slice(0, colon));
    return { nodes, basic: { user, password: decodeURIComponent(credentials.slice(colon + 1)) } };
  } catch {
    throw usage(
      'The password in the address of the store holds a % that encodes nothing.',
      'Write % as %25, or set ORGSCOPE_STORE_PASSWORD.',
    );
  }
}

function parseSigv4(text: string, nodes: readonly string[]): NonNullable<EngineLocation['sigv4']> {
  const match = /^([a-z]{2,4}(?:-[a-z]+)+-\d{1,2})(?:\/(es|aoss))?$/.exec(text);
  if (match === null)
    throw usage(`"${text}" is no region to sign for.`, 'Write --store-sigv4 eu-west-1, or eu-west-1/aoss for serverless.');
  const serverless = nodes.some((node) => new URL(node).hostname.endsWith('.aoss.amazonaws.com'));
  return { region: match[1] as string, service: (match[2] as 'es' | 'aoss' | undefined) ?? (serverless ? 'aoss' : 'es') };
}

const usage = (message: string, next: string): OrgscopeError => new OrgscopeError('usage', message, next);
