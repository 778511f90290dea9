/** Where something went wrong; only what is known is set. */
export interface Where {
  account?: string;
  region?: string;
  kind?: string;
  /** The API call, such as `ec2:DescribeInstances`. */
  call?: string;
  /** The missing IAM action of a denied call. */
  action?: string;
  /** An object, as `s3://bucket/key` or a path. */
  object?: string;
  /** The first bytes of an object of no known kind, in quotes. */
  begins?: string;
  file?: string;
  line?: number;
}

/**
 * The classes of failure that people act on differently.
 * `denied` permission missing · `credentials` no usable credentials · `throttled` AWS asked to slow down and retries ran out ·
 * `unreachable` network or endpoint · `malformed` input that cannot be understood · `missing` something named is not there ·
 * `empty` nothing to do · `usage` wrong command line · `conflict` another process or an incompatible store ·
 * `store` the store refused or failed · `interrupted` stopped by the user · `unexpected` a defect of ours
 */
export type ProblemCode =
  | 'denied'
  | 'credentials'
  | 'throttled'
  | 'unreachable'
  | 'malformed'
  | 'missing'
  | 'empty'
  | 'usage'
  | 'conflict'
  | 'store'
  | 'interrupted'
  | 'unexpected';

/** One clear message for a person: what happened, where, and what to do next. Never holds a secret. */
export interface Problem {
  readonly code: ProblemCode;
  /** `failed`: something is missing from the result. `notice`: something was left out on purpose. */
  readonly severity: 'failed' | 'notice';
  readonly message: string;
  readonly next: string;
  readonly where: Where;
  /** How many equal problems it stands for; default 1. */
  readonly count?: number;
}

/** An error whose message is for people. Our code throws nothing else for foreseen reasons. */
export class OrgscopeError extends Error {
  readonly code: ProblemCode;
  readonly next: string;
  readonly where: Where;

  constructor(code: ProblemCode, message: string, next: string, where: Where = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OrgscopeError';
    this.code = code;
    this.next = next;
    this.where = where;
  }
}

/** Makes a problem of any thrown value; `where` adds to the place that the error has. */
export function toProblem(error: unknown, where: Where = {}): Problem {
  if (error instanceof OrgscopeError) {
    return {
      code: error.code,
      severity: 'failed',
      message: error.message,
      next: error.next,
      where: { ...where, ...error.where },
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'unexpected',
    severity: 'failed',
    message,
    next: 'This is a defect of orgscope: please report it with this message.',
    where,
  };
}

/** A problem as one line: `account 111111111111, eu-west-1, ec2-instance: message → next`. */
export function formatProblem({ message, next, where }: Pick<Problem, 'message' | 'next' | 'where'>): string {
  const { begins, ...known } = where;
  const place = formatPlace(begins !== undefined && message.includes(begins) ? known : where);
  return `${place === '' ? '' : `${place}: `}${message}${next === '' ? '' : ` → ${next}`}`;
}

/** `account 111111111111, eu-west-1, ec2-instance`; empty if no part of it is known. */
export function formatPlace({ account, region, kind, object, begins, file, line }: Where): string {
  return [
    file === undefined ? undefined : line === undefined ? file : `${file}:${line}`,
    account === undefined ? undefined : `account ${account}`,
    region,
    kind,
    begins === undefined ? object : `${object} (${begins})`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}
