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
  /** 1, and more where the SDK repeats it. */
  readonly attempt: number;
  /** By AWS's list price; 0 for nearly all. */
  readonly dollars: number;
}

/** Takes notice of what orgscope does, to count it; passed to whoever does it. What becomes of the numbers is the implementation's. */
export interface Meter {
  batchStored(batch: Batch, result: WriteResult, tookMs: number): void;
  batchFailed(tookMs: number): void;
  /** The store is busy or away, and the same batch is tried again until it is taken; undefined once it is. */
  storeWaiting(code: ProblemCode | undefined): void;
  jobEnded(report: JobReport): void;
  /** An attempt at a job failed, and another one follows. */
  jobRetried(pipeline: PipelineName, code: ProblemCode): void;
  runEnded(report: RunReport): void;
  awsCalled(call: AwsCall): void;
}
