import { OrgscopeError, type ProblemCode } from '../../core/problem.ts';

/** An error answer of an engine, or the reason why there was no answer. Retrying is decided by `status` and `type`. */
export class EngineError extends OrgscopeError {
  /** Undefined where there was no answer: the connection was refused, reset or timed out. */
  readonly status: number | undefined;
  /** Such as `index_not_found_exception`. */
  readonly type: string;
  readonly reason: string;

  constructor(
    code: ProblemCode,
    message: string,
    next: string,
    answer: { readonly status?: number | undefined; readonly type?: string; readonly reason?: string } = {},
  ) {
    super(code, message, next);
    this.name = 'EngineError';
    this.status = answer.status;
    this.type = answer.type ?? '';
    this.reason = answer.reason ?? message;
  }
}

/** An error answer of an engine as a message for people. */
export function answered(status: number, type: string, reason: string, call: string, name: string): EngineError {
  const answer = { status, type, reason };
  if (isBlocked(type)) {
    return new EngineError(
      'store',
      `${name} does not take writes: ${reason}`,
      /watermark/.test(reason)
        ? 'Free disk space on its nodes: beyond the flood-stage watermark it makes its indices read-only, and lifts that by itself.'
        : 'Lift the block (index.blocks.*, cluster.blocks.*) on the server.',
      answer,
    );
  }
  if (status === 401) {
    return new EngineError(
      'credentials',
      `${name} does not accept the user or password (401).`,
      'Check the credentials of the store.',
      answer,
    );
  }
  if (status === 403) {
    return new EngineError(
      'denied',
      `${name} does not allow ${call}${reason === '' ? '' : `: ${reason}`}.`,
      'Give the user of the store the privileges that docs/stores.md lists.',
      answer,
    );
  }
  const busy = status === 429 || status === 502 || status === 503 || status === 504;
  return new EngineError(
    'store',
    `${name} ${busy ? 'is too busy for' : 'refused'} ${call} (${status}${reason === '' ? '' : `: ${reason}`}).`,
    busy ? 'Check the health of the server, then run again.' : 'See the message, and the log of the server.',
    answer,
  );
}

/** An index or the whole cluster is read-only: with status 403 where a person set it, with 429 beyond the flood-stage watermark. */
export const isBlocked = (type: string): boolean => type === 'cluster_block_exception';

/** The answer has not the form of an engine's answer, so nothing may be concluded from it, such as that there are no documents. */
export const foreignAnswer = (name: string, call: string, what: string): EngineError =>
  new EngineError(
    'store',
    `${name} answered ${call} with ${what}, as neither Elasticsearch nor OpenSearch does.`,
    'Look at what stands before the engine, such as a proxy or a load balancer; then run again: what was stored stays.',
    { type: 'foreign_answer' },
  );
