import { z } from 'zod';
import { deadLetter, ok, type Result } from '../core/result.ts';

/** A manifest of a Cost & Usage Report, the members that are used (https://docs.aws.amazon.com/cur/latest/userguide/view-cur.html). */
export interface CurManifest {
  /** Changes with every delivery. */
  readonly assemblyId: string;
  /** Payer account and report name: the report over all its months. */
  readonly report: string;
  /** `2026-11` */
  readonly month: string;
  /** S3 keys of the parts, in order. */
  readonly partKeys: readonly string[];
}

const period = z.string().regex(/^\d{8}T/);
const manifestShape = z.object({
  assemblyId: z.string().min(1),
  account: z.string().min(1),
  reportName: z.string().min(1),
  compression: z.string(),
  contentType: z.string(),
  billingPeriod: z.object({ start: period, end: period }),
  reportKeys: z.array(z.string()),
});

/** Parses a manifest. An unsupported format (ZIP, Parquet) is a dead letter that names it. */
export function parseCurManifest(text: string): Result<CurManifest> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return deadLetter('it is not JSON');
  }
  const parsed = manifestShape.safeParse(value);
  if (!parsed.success)
    return deadLetter(`it is no manifest of a Cost & Usage Report: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
  const { assemblyId, account, reportName, compression, contentType, billingPeriod, reportKeys } = parsed.data;
  if (compression !== 'GZIP' || contentType !== 'text/csv') {
    return deadLetter(`the report is delivered as ${contentType} with ${compression}; text/csv with GZIP is what is read`);
  }
  const { start } = billingPeriod;
  return ok({
    assemblyId,
    report: `${account}/${reportName}`,
    month: `${start.slice(0, 4)}-${start.slice(4, 6)}`,
    partKeys: reportKeys,
  });
}
