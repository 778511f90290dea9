import type { Pipeline } from '../core/pipeline.ts';
import type { Problem } from '../core/problem.ts';
import type { StreamReader } from '../core/record-reader.ts';
import type { LogDataset, LogDecoder, LogObject } from '../processors/logs/declare-dataset.ts';
import { logDeliveryTime } from '../processors/logs/log-delivery-time.ts';
import {
  datasetNamed,
  logIdentity,
  OTHER_SERVICES,
  otherThanLog,
  recognizeLogContent,
  recognizeLogKey,
  recognizeLogMessage,
} from '../processors/logs/recognize-log-object.ts';
import { datasets } from '../processors/logs/registry.ts';
import { parseAwsLogsKey } from '../processors/parse-aws-logs-key.ts';
import { type LogGroupJobs, type LogGroupsOptions, logGroupJobs } from './log-groups.ts';
import { logNames } from './log-names.ts';
import { type FolderLayout, findRegionFolders } from './objects/find-region-folders.ts';
import type { ObjectDecoder, ObjectFormat, OpenedObject } from './objects/object-format.ts';
import { type ObjectsOptions, objectsPipeline } from './objects/objects-pipeline.ts';
import { parquetLines } from './parquet-lines.ts';

export interface LogsOptions extends ObjectsOptions {
  /** Also keeps each line, in `event.original`. */
  readonly preserveOriginal?: boolean;
  /** Also writes `network.community_id`. */
  readonly communityId?: boolean;
  /** The location and the network of an IP address, where the user has a database of them. */
  readonly locate?: LogObject['locate'];
  /** The log groups that are read as well. `isPlanned` is false where a run reads objects alone. */
  readonly groups?: Pick<LogGroupsOptions, 'reach' | 'list' | 'range'> & { readonly isPlanned: boolean };
}

const PARQUET = /\.parquet$/i;
const LAYOUT: FolderLayout = { services: { test: (name) => !OTHER_SERVICES.test(name) }, others: true };
/** What of an unknown object is shown. */
const SHOWN_BYTES = 80;

/** Service logs from S3 or folders, to ECS documents in `awslogs-*`. */
export function logsPipeline({
  preserveOriginal = false,
  communityId = false,
  locate,
  groups,
  ...options
}: LogsOptions): Pipeline {
  const { clock } = options;
  const names = logNames(clock);
  const settings = { preserveOriginal, communityId, locate, datasetOfMessage: recognizeLogMessage };
  const logObject = ({ object, account, region, accountName }: OpenedObject): LogObject => ({
    name: object.name,
    identity: logIdentity(object.key),
    account,
    region,
    accountName,
    names: names.current,
    ...settings,
    written: new Date(logDeliveryTime(object.name) ?? object.modified).toISOString(),
  });

  const opened = (dataset: LogDataset, by: string, object: OpenedObject): ObjectDecoder<StreamReader> => ({
    ...dataset.open(logObject(object)),
    takenFor: `${dataset.name} by ${by}`,
    onTrial: true,
  });

  /** Of a Parquet object, which has no first line: the columns tell what neither list nor name tells. */
  const rows = (named: LogDataset | undefined, by: string): ObjectFormat => ({
    type: 'file',
    open(object) {
      const from = logObject(object);
      let found: { readonly dataset: LogDataset; readonly decoder: LogDecoder } | undefined;
      const reader = parquetLines((columns) => {
        for (const dataset of named === undefined ? datasets : [named]) {
          const decoder = dataset.openRows?.(from, columns);
          if (decoder !== undefined) found = { dataset, decoder };
        }
        return found?.decoder.reader;
      });
      return {
        reader,
        encode: (ingested) => found?.decoder.encode(ingested) ?? { type: 'drop', reason: 'unknown' },
        onTrial: true,
        get takenFor() {
          return found === undefined ? 'unknown' : `${found.dataset.name} by ${by}`;
        },
      };
    },
  });

  const formats = new Map<string, ObjectFormat>();
  function format(dataset: LogDataset, by: string): ObjectFormat {
    const key = `${dataset.name} by ${by}`;
    const known = formats.get(key);
    if (known !== undefined) return known;
    const made: ObjectFormat = { type: 'stream', open: (object) => opened(dataset, by, object) };
    formats.set(key, made);
    return made;
  }

  const byFirstLine: ObjectFormat = {
    type: 'stream',
    open(object, head) {
      const dataset = recognizeLogContent(head);
      return dataset === undefined ? unknown(head) : opened(dataset, 'first line', object);
    },
  };

  function formatOf(dataset: LogDataset | undefined, by: string, isParquet: boolean): ObjectFormat {
    if (isParquet) return rows(dataset, dataset === undefined ? 'columns' : by);
    return dataset === undefined ? byFirstLine : format(dataset, by);
  }

  const objects = objectsPipeline(
    {
      name: 'logs',
      records: 'service logs',
      hint: 'Check the prefix: it should be the one above AWSLogs, or any folder of such files.',
      recognize(name, listed) {
        const key = recognizeLogKey(name);
        const { account, region } = key ?? parseAwsLogsKey(name) ?? {};
        const named = listed === undefined ? undefined : datasetNamed(listed);
        const other = named === undefined ? otherThanLog(name) : undefined;
        if (other !== undefined) return { type: 'other', reason: other };
        const [dataset, by] = named === undefined ? [key?.dataset, 'key'] : [named, 'list'];
        return { type: 'ours', account, region, format: formatOf(dataset, by, PARQUET.test(name)) };
      },
      days: { noun: 'logs', find: (tree, filter, signal) => findRegionFolders(tree, LAYOUT, filter, signal) },
    },
    options,
  );
  if (groups === undefined) return names.around(objects);
  const jobs = logGroupJobs({ ...groups, settings, names: () => names.current, ...(clock && { clock }) });
  return names.around(withLogGroups(objects, jobs, groups.isPlanned));
}

/** The pipeline over objects together with log groups. One of the two lists may be empty. */
function withLogGroups(objects: Pipeline, groups: LogGroupJobs, isPlanned: boolean): Pipeline {
  return {
    ...objects,
    async *plan(context) {
      if (!isPlanned) return yield* objects.plan(context);
      const empty: Problem[] = [];
      const report = (problem: Problem): void => {
        if (problem.code === 'empty' && problem.where.file !== undefined) empty.push(problem);
        else context.report(problem);
      };
      const named = yield* groups.plan({ ...context, report });
      yield* objects.plan({ ...context, report });
      const [first] = empty;
      if (first !== undefined && !named && empty.length > 1) context.report(first);
    },
    revive: async (job) => (await groups.revive(job)) ?? objects.revive(job),
  };
}
/** The decoder of an object that no dataset knows: it can't be read, and is not acknowledged. */
function unknown(head: Buffer): ObjectDecoder<StreamReader> {
  const isEmpty = head.length === 0;
  const begins = JSON.stringify(head.toString('utf8', 0, SHOWN_BYTES).replaceAll('\uFFFD', '?'));
  const reader: StreamReader = {
    push: () => undefined,
    finish: () => undefined,
    next: () => (isEmpty ? 'none' : 'invalid'),
    reason: isEmpty ? 'empty' : `is of no kind of log that is known; it begins with ${begins}`,
    begins,
    location: () => 'byte 0',
    content: () => '',
  };
  return { reader, encode: () => ({ type: 'drop', reason: 'unknown' }), ...(!isEmpty && { takenFor: 'unknown' }) };
}
