import type { AddressLocation } from '../../core/address-location.ts';
import type { Document } from '../../core/document.ts';
import type { Field } from '../../core/field.ts';
import type { StreamReader } from '../../core/record-reader.ts';
import type { Result } from '../../core/result.ts';
import type { ResourceNames } from './resource-names.ts';

/** A stream of CloudWatch Logs, as far as it is known. */
export interface LogStream {
  readonly group?: string | undefined;
  readonly name?: string | undefined;
}

/** One line of an object, or the message of one event of CloudWatch Logs. */
export interface LogMessage {
  readonly text: string;
  /** The text as the object holds it, which may begin with the time that an export adds. */
  readonly original: string;
  /** What identifies it within its object: the byte that it begins at; or the id of an event, which identifies it everywhere. */
  readonly id: number | string;
  /** When CloudWatch Logs says that it was written, as an ISO 8601 instant; undefined for a line without such a time. */
  readonly time: string | undefined;
  /** When CloudWatch Logs received it, as an ISO 8601 instant. */
  readonly received?: string | undefined;
  /** When it is read, as an ISO 8601 instant. */
  readonly ingested: string;
}

/** Makes the document of one message. */
export type EncodeMessage = (object: LogObject, message: LogMessage) => Result<Document>;

/** The object that a decoder reads, and what is known of it beside its content. */
export interface LogObject {
  /** `s3://bucket/key`, or a path. */
  readonly name: string;
  /** Identifies the content: it changes whenever the content may have changed. Ids of documents begin with it. */
  readonly identity: string;
  /** Undefined where the name does not contain it. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  accountName(id: string): string | undefined;
  /** When the object was written, as ISO 8601 in UTC: the time of lines that have none. */
  readonly written: string;
  /** What the inventory knows of the resources that a line names. */
  readonly names: ResourceNames;
  /** The location and the network of an IP address, where the user has a database of them. */
  readonly locate?: ((ip: string) => AddressLocation | undefined) | undefined;
  /** Also writes `network.community_id`. */
  readonly communityId?: boolean;
  /** Also keeps each line, in `event.original`. */
  readonly preserveOriginal: boolean;
  /** Where the messages come from CloudWatch Logs. */
  readonly logStream?: LogStream | undefined;
  /** The dataset of a message of CloudWatch Logs, where the user has not named it; undefined for a plain message. */
  datasetOfMessage?(stream: LogStream, text: string): LogDataset | undefined;
}

/** Goes through the records of one object and makes documents of them, in `awslogs-<dataset>-*`. */
export interface LogDecoder {
  readonly reader: StreamReader;
  /** The document of the record that the reader came to. `ingested`: when it is read, as ISO 8601. */
  encode(ingested: string): Result<Document>;
}

/** What the name of an object says beside its dataset. */
export interface LogKey {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/**
 * A kind of service log: how its objects are known, and how its lines become documents. One file of `processors/logs/` each; detection, help, the
 * mapping and the docs derive from it.
 */
export interface LogDataset {
  /** As in `awslogs-vpcflow-2026.11.21`, in `lists/logs.txt` and in reports. */
  readonly name: string;
  /** `event.dataset`, which Elastic's dashboards and rules select by. */
  readonly dataset: string;
  /** What its objects hold, in the plural: `VPC flow logs`. */
  readonly summary: string;
  /** The AWS page that describes the format. */
  readonly page: string;
  /** Where AWS writes such objects; for the docs. */
  readonly layout: string;
  /** Whether an object's name says that it is of this dataset, and what else it says. */
  recognizeKey(name: string): LogKey | undefined;
  /** Whether content that begins with this line is of this dataset. Absent: it can't be recognised by its content. */
  recognizeLine?(line: string): boolean;
  /** Whether a message of CloudWatch Logs is of this dataset, by the name of its group, that of its stream, or its text. Absent: none is. */
  recognizeMessage?(stream: LogStream, text: string): boolean;
  /** The document of one message of CloudWatch Logs. Absent: its records never come through CloudWatch Logs. */
  readonly encodeMessage?: EncodeMessage;
  /** Fields of its documents that no other dataset has; the ones that datasets share are in `mappings/awslogs.ts`. */
  readonly fields: readonly Field[];
  open(object: LogObject): LogDecoder;
  /**
   * Opens the rows of a Parquet object as lines, whose fields have these names; undefined where they are not those of the dataset. Absent: the dataset
   * does not come as Parquet. Rows are identified by their number.
   */
  openRows?(object: LogObject, columns: readonly string[]): LogDecoder | undefined;
}

/** Declares a dataset; the registry of `processors/logs/` finds it by this call. */
export const declareDataset = (declaration: LogDataset): LogDataset => declaration;
