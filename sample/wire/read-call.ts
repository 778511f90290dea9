import type { HttpRequest } from '@smithy/types';

/** One API call, parsed from the signature and the body of its request. */
export interface Call {
  /** The service in the credential scope: `ec2`, `monitoring`, `s3`, … */
  readonly service: string;
  readonly region: string;
  /** The account id, which is part of the sample's access keys. */
  readonly account: string;
  /** The time of the signature by the caller's clock, in milliseconds. */
  readonly signed: number;
  /** Empty for S3, whose calls differ by method and path. */
  readonly action: string;
  /** The members of a query call, by their wire names (`Filter.1.Name`). */
  readonly parameters: URLSearchParams;
  /** The members of a JSON call. */
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * The access key of an account. It contains the account's id, since it is the only value that AssumeRole returns and that every
 * later call sends.
 */
export const accessKeyOf = (account: string, kind: 'AKIA' | 'ASIA'): string => `${kind}0000${account}`;

const SCOPE = /Credential=(?:AKIA|ASIA)0000(\d{12})\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

/** Undefined for a request that is not signed with a key of the sample. */
export function readCall(request: HttpRequest): Call | undefined {
  const [, account, region, service] = SCOPE.exec(header(request, 'authorization') ?? '') ?? [];
  if (account === undefined || region === undefined || service === undefined) return undefined;
  const call = { service, region, account, signed: signedAt(request), parameters: new URLSearchParams(), json: {} };
  const target = header(request, 'x-amz-target');
  const body = text(request.body);
  if (target !== undefined) {
    return { ...call, action: target.slice(target.lastIndexOf('.') + 1), json: body === '' ? {} : JSON.parse(body) };
  }
  if (service === 's3') return { ...call, action: '' };
  const parameters = new URLSearchParams(body);
  return { ...call, action: parameters.get('Action') ?? '', parameters };
}

export function header(request: HttpRequest, name: string): string | undefined {
  for (const [key, value] of Object.entries(request.headers)) if (key.toLowerCase() === name) return value;
  return undefined;
}

/** The members of a list: `InstanceType.1`, `InstanceType.2`, … or `X.member.1`. */
export function list(call: Call, name: string): string[] {
  const values: string[] = [];
  for (let number = 1; ; number += 1) {
    const value = call.parameters.get(`${name}.${number}`) ?? call.parameters.get(`${name}.member.${number}`);
    if (value === null) return values;
    values.push(value);
  }
}

/** One page of the items, and the token of the next page, which encodes its start. */
export function page<Item>(
  items: readonly Item[],
  token: unknown,
  wanted: unknown,
  most: number,
): { readonly items: Item[]; readonly next: string | undefined } {
  const start = typeof token === 'string' && token !== '' ? Number(Buffer.from(token, 'base64url').toString()) : 0;
  const end = start + Math.min(Number(wanted ?? most) || most, most);
  return {
    items: items.slice(start, end),
    next: end < items.length ? Buffer.from(String(end)).toString('base64url') : undefined,
  };
}

/** `20261121T080300Z` → milliseconds */
function signedAt(request: HttpRequest): number {
  const stamp = header(request, 'x-amz-date') ?? '';
  return Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function text(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : '';
}
