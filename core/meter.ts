import type { Batch, PipelineName } from './batch.ts';
import type { ProblemCode } from './problem.ts';
import type { JobReport, RunReport, WriteResult } from './store.ts';

/** One request to AWS, repeats included. */
export interface AwsCall {
  /** As the SDK's packages are named: `ec2`, `cloudwatch-logs`. */
  readonly service: string;
  /** `DescribeInstances` */
  readonly operation: string;
  readonly outcome: 'ok' | ProblemCode;
  /** 1, or higher when the SDK repeats the request. */
  readonly attempt: number;
  /** By AWS's list price; 0 for nearly all. */
  readonly dollars: number;
}

/** Counts what orgscope does. Passed to the code that does it; the implementation publishes the numbers. */
export interface Meter {
  batchStored(batch: Batch, result: WriteResult, tookMs: number): void;
  batchFailed(tookMs: number): void;
  /** A batch is retried, since the store is busy or away; undefined once the store has taken it. */
  storeWaiting(code: ProblemCode | undefined): void;
  jobEnded(report: JobReport): void;
  /** An attempt at a job failed and will be retried. */
  jobRetried(pipeline: PipelineName, code: ProblemCode): void;
  runEnded(report: RunReport): void;
  awsCalled(call: AwsCall): void;
}
