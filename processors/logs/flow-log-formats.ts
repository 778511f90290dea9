import { type JsonObject, textOf } from '../../core/json.ts';

export interface FlowLogFormats {
  /** Takes a flow log of the account, as AWS describes it. */
  add(account: string, record: JsonObject): void;
  /**
   * The fields that lines of the account have in a log group, or in an object (`s3://bucket/key`); undefined where no flow log writes there, or several do whose
   * fields are not the same.
   */
  of(account: string | undefined, destination: string): readonly string[] | undefined;
}

interface Target {
  readonly account: string;
  /** The name of a log group, or `s3://bucket/prefix/`. */
  readonly destination: string;
  readonly fields: readonly string[];
}

/** Yields the fields of flow logs by where they write. */
export function flowLogFormats(): FlowLogFormats {
  const targets: Target[] = [];
  return {
    add(account, record) {
      const destination = destinationOf(record);
      const fields = [...(textOf(record.LogFormat) ?? '').matchAll(/\$\{([^}]+)\}/g)].map(([, field = '']) => field);
      if (destination !== undefined && fields.length > 0) targets.push({ account, destination, fields });
    },
    of(account, destination) {
      const found = targets.filter((target) => target.account === account && isWithin(destination, target.destination));
      return new Set(found.map(({ fields }) => fields.join(' '))).size === 1 ? found[0]?.fields : undefined;
    },
  };
}

function destinationOf(record: JsonObject): string | undefined {
  const arn = textOf(record.LogDestination);
  const [, bucket] = /^arn:[^:]+:s3:::(.+)$/.exec(arn ?? '') ?? [];
  if (bucket !== undefined) return `s3://${bucket.replace(/\/?$/, '/')}`;
  return textOf(record.LogGroupName) ?? /^arn:[^:]+:logs:[^:]*:\d*:log-group:([^:]+)/.exec(arn ?? '')?.[1];
}

const isWithin = (destination: string, target: string): boolean =>
  target.startsWith('s3://') ? `${destination}/`.startsWith(target) : destination === target;
