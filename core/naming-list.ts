/** A file of lists/ in which the user names what a pipeline reads, one a line. */
export type NamingList = AccountList | BucketList | LogGroupList;

/** A line names an account: a profile, an account id or the ARN of a role. */
export interface AccountList {
  readonly names: 'accounts';
  /** Name of the file, such as `account.txt`. */
  readonly file: string;
  /** Kinds of resource that its accounts are read for; default: all. */
  readonly kinds?: readonly string[];
  /** Nearly everyone names something here: `doctor` warns while nothing is. */
  readonly expected?: true;
}

/** A line names a bucket or a prefix of it, and who may read it. */
export interface BucketList {
  readonly names: 'buckets';
  readonly file: string;
  /** What is done with the objects. Those that are only listed are stored under the account of the identity that lists them, so STS is asked for it. */
  readonly objects: 'read' | 'listed';
  /** A line may also name an SQS queue that S3 notifies of new objects. */
  readonly queues?: true;
  /** A line may also name a dataset: what its objects hold. */
  readonly datasets?: true;
}

/** A line names groups of CloudWatch Logs, by name or pattern, and who may read them. */
export interface LogGroupList {
  readonly names: 'log groups';
  readonly file: string;
}
