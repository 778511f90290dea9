import { z } from 'zod';
import type { Json } from '../json.ts';
import type { Hit, RowsAnswer } from '../query.ts';
import { count, listOf, shape, textOrNull, typed } from './shape.ts';

/** What is asked about single resources over HTTP. All paths are under `/api`. */

/** POST /api/find: resources by id, ARN, name or address; equal ones first, then those that begin with the text, then those that contain it. */
export const findRequest = shape({ text: z.string().max(2_048), limit: z.int().min(1).max(100) });
export type FindRequest = z.infer<typeof findRequest>;

const foundResourceMembers = {
  /** As `resource.key`: names the resource in the address of its page. */
  key: z.string(),
  type: z.string(),
  id: z.string(),
  arn: textOrNull,
  name: textOrNull,
  state: textOrNull,
  accountId: z.string(),
  accountName: textOrNull,
  region: z.string(),
  /** When a sweep saw it last. */
  seen: z.string(),
  /** It is no longer there: only the history has it. */
  gone: z.boolean(),
};
export const foundResource = shape(foundResourceMembers);
export type FoundResource = z.infer<typeof foundResource>;

export const findAnswer = shape({ resources: listOf(foundResource) });
export type FindAnswer = z.infer<typeof findAnswer>;

/** POST /api/resource: everything that is known of one resource, by its key or by an id, ARN, name or address that means one resource. */
export const resourceRequest = shape({ key: z.string().min(1).max(2_048) });
export type ResourceRequest = z.infer<typeof resourceRequest>;

const cost = z.union([z.string(), z.number()]);
export const resourceCost = shape({
  /** Text where the store is exact. */
  total: cost.nullable(),
  days: listOf(shape({ day: z.string(), cost })),
  usage: listOf(shape({ type: z.string(), cost })),
});
export type ResourceCost = z.infer<typeof resourceCost>;

const connectedResource = shape({
  ...foundResourceMembers,
  /** The member of the record that names the other resource, such as `BlockDeviceMappings.Ebs.VolumeId`. */
  via: z.string(),
  /** `names`: the record of the page's resource names this one; `named-by`: the record of this one names the page's. */
  direction: z.enum(['names', 'named-by']),
});
export type ConnectedResource = z.infer<typeof connectedResource>;

const connectedKind = shape({
  type: z.string(),
  /** May be more than are listed. */
  total: count,
  resources: listOf(connectedResource),
});
export type ConnectedKind = z.infer<typeof connectedKind>;

const accessRule = shape({
  /** The security group that has the rule. */
  group: z.string(),
  groupName: textOrNull,
  direction: z.enum(['in', 'out']),
  /** `tcp/22`, `udp/1000-2000`, `all` */
  ports: z.string(),
  /** A range of addresses, a security group or a prefix list. */
  peer: z.string(),
  peerKind: z.enum(['addresses', 'group', 'list']),
  /** Admits every address. */
  world: z.boolean(),
  description: textOrNull,
});
export type AccessRule = z.infer<typeof accessRule>;

export const resourceAnswer = shape({
  /** Null where no inventory has ever seen it: events and costs that name the text are given all the same. */
  resource: foundResource.nullable(),
  /** Its newest document. */
  document: typed<Json>(),
  /** Where the text means several resources: these, and nothing else. */
  choices: listOf(foundResource),
  /** Newest first, the newest ones only; `total` counts all. */
  changes: typed<RowsAnswer>(),
  events: typed<RowsAnswer>(),
  /** The newest lines of service logs that name it, of the last two days. */
  lines: typed<RowsAnswer>(),
  /** The newest event that changed it and did not fail. */
  lastChange: typed<Hit | null>(),
  cost: resourceCost,
  connected: listOf(connectedKind),
  /** Of a security group, or of the groups of what it protects. */
  rules: listOf(accessRule),
});
export type ResourceAnswer = z.infer<typeof resourceAnswer>;
