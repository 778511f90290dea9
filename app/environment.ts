import { fileURLToPath } from 'node:url';

/**
 * The environment variables, read here and nowhere else (the AWS SDK reads its own variables itself). Options of the command line
 * take precedence.
 */
export interface Environment {
  /** ORGSCOPE_DATA: the folder of the store. */
  readonly data: string;
  /** ORGSCOPE_LISTS: the folder of account.txt and the other lists. */
  readonly lists: string;
  /** ORGSCOPE_HOST and ORGSCOPE_PORT: where `up` serves; a worker's metrics are at the same host. */
  readonly host: string;
  readonly port: string;
  /** ORGSCOPE_TOKEN: used instead of the random token that each `up` makes. */
  readonly token: string | undefined;
  /** ORGSCOPE_LOG: the log form of `up` and `worker`, `text` or `json`; default: `text` on a terminal, else `json`. */
  readonly log: string | undefined;
  /** ORGSCOPE_GEO_CITY and ORGSCOPE_GEO_ASN: as `--geo-city` and `--geo-asn`. */
  readonly geo: { readonly city: string | undefined; readonly asn: string | undefined };
  /** ORGSCOPE_OP5_URL, ORGSCOPE_OP5_USER, ORGSCOPE_OP5_PASSWORD: the OP5 Monitor that hosts are read from; undefined without a URL. */
  readonly op5: { readonly url: string; readonly user: string | undefined; readonly password: string | undefined } | undefined;
  /** Where the store is, and who asks it: see `store-place.ts`. */
  readonly store: {
    /** ORGSCOPE_STORE: as `--store`. */
    readonly place: string | undefined;
    /** ORGSCOPE_STORE_USER and ORGSCOPE_STORE_PASSWORD, or ORGSCOPE_STORE_API_KEY: kept out of the command line, which others can read. */
    readonly user: string | undefined;
    readonly password: string | undefined;
    readonly apiKey: string | undefined;
    /** ORGSCOPE_STORE_CLOUD_ID: of Elastic Cloud, instead of an address. */
    readonly cloudId: string | undefined;
    /** ORGSCOPE_STORE_CA: as `--store-ca`. */
    readonly caFile: string | undefined;
    /** ORGSCOPE_STORE_SIGV4: as `--store-sigv4`. */
    readonly sigv4: string | undefined;
  };
  /** ORGSCOPE_SQL_SECONDS, _ROWS, _MIB and _MEMORY_MIB: what one statement of `sql` may take. */
  readonly sql: {
    readonly seconds: string | undefined;
    readonly rows: string | undefined;
    readonly mib: string | undefined;
    readonly memoryMib: string | undefined;
  };
  /** ORGSCOPE_AWS_TIMEOUT: how many seconds a call waits for the next bytes from AWS; an answer may take three times as long in all. */
  readonly awsTimeout: string | undefined;
  /** ORGSCOPE_REDIS_URL: where jobs wait for workers; without it one process does all of a run. */
  readonly redisUrl: string | undefined;
  /** ORGSCOPE_KIBANA_USER and ORGSCOPE_KIBANA_PASSWORD, or ORGSCOPE_KIBANA_API_KEY: for `dashboards install`. */
  readonly kibana: {
    readonly user: string | undefined;
    readonly password: string | undefined;
    readonly apiKey: string | undefined;
  };
  /** All variables as they are, for proxies, extra CAs and endpoint overrides, which are passed on. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Where the project lies: two levels up in the source, three in a published package (`dist/cli`). */
export const projectRoot: string = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '..' : '../..', import.meta.url));

export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const set = (name: string): string | undefined => (variables[name] === '' ? undefined : variables[name]);
  const op5Url = set('ORGSCOPE_OP5_URL');
  return {
    data: set('ORGSCOPE_DATA') ?? './data',
    lists: set('ORGSCOPE_LISTS') ?? 'lists',
    host: set('ORGSCOPE_HOST') ?? '127.0.0.1',
    port: set('ORGSCOPE_PORT') ?? '8686',
    token: set('ORGSCOPE_TOKEN'),
    log: set('ORGSCOPE_LOG'),
    geo: { city: set('ORGSCOPE_GEO_CITY'), asn: set('ORGSCOPE_GEO_ASN') },
    op5:
      op5Url === undefined ? undefined : { url: op5Url, user: set('ORGSCOPE_OP5_USER'), password: set('ORGSCOPE_OP5_PASSWORD') },
    store: {
      place: set('ORGSCOPE_STORE'),
      user: set('ORGSCOPE_STORE_USER'),
      password: set('ORGSCOPE_STORE_PASSWORD'),
      apiKey: set('ORGSCOPE_STORE_API_KEY'),
      cloudId: set('ORGSCOPE_STORE_CLOUD_ID'),
      caFile: set('ORGSCOPE_STORE_CA'),
      sigv4: set('ORGSCOPE_STORE_SIGV4'),
    },
    sql: {
      seconds: set('ORGSCOPE_SQL_SECONDS'),
      rows: set('ORGSCOPE_SQL_ROWS'),
      mib: set('ORGSCOPE_SQL_MIB'),
      memoryMib: set('ORGSCOPE_SQL_MEMORY_MIB'),
    },
    awsTimeout: set('ORGSCOPE_AWS_TIMEOUT'),
    redisUrl: set('ORGSCOPE_REDIS_URL'),
    kibana: {
      user: set('ORGSCOPE_KIBANA_USER'),
      password: set('ORGSCOPE_KIBANA_PASSWORD'),
      apiKey: set('ORGSCOPE_KIBANA_API_KEY'),
    },
    variables,
  };
}
