import type { ReadScope } from '../collectors/inventory/ask-aws.ts';
import { backupRecoveryPoint } from '../collectors/inventory/backup-recovery-point.ts';
import type { Description, ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { ec2Image } from '../collectors/inventory/ec2-image.ts';
import { ec2NetworkInterface } from '../collectors/inventory/ec2-network-interface.ts';
import { ec2Snapshot } from '../collectors/inventory/ec2-snapshot.ts';
import type { InstanceTypeLookup } from '../collectors/inventory/look-up-instance-types.ts';
import { rdsClusterSnapshot } from '../collectors/inventory/rds-cluster-snapshot.ts';
import { rdsSnapshot } from '../collectors/inventory/rds-snapshot.ts';
import { type AuthorizationDetails, readAuthorizationDetails } from '../collectors/inventory/read-authorization-details.ts';
import { type Json, type JsonObject, textOf } from '../core/json.ts';
import type { JobContext } from '../core/pipeline.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import { type Connections, connectionFields, connectSecurityGroups } from '../processors/connect-security-groups.ts';
import { describePrincipals } from '../processors/describe-principals.ts';
import { enrichInstanceType, typeOfDatabaseClass } from '../processors/enrich-instance-type.ts';
import { findAdministrators, type UserRights } from '../processors/find-administrators.ts';
import { creatorsFrom, IMAGE_CALLS, imageCreator } from '../processors/find-image-creator.ts';
import { type Backups, backupFields, collectBackups } from '../processors/find-last-backup.ts';
import { referenceFields, referencesBetween } from '../processors/reference-security-groups.ts';

/** What other calls add to the resources of a page. */
interface LookedUp {
  fields(description: Description, record: JsonObject): Readonly<Record<string, Json>>;
  readonly rights: ReadonlyMap<string, UserRights> | undefined;
}

interface Seen {
  readonly record: JsonObject;
  readonly description: Description;
}

interface LookUps {
  page(own: readonly Seen[]): Promise<LookedUp>;
  /** The page must hold all resources, since the lookup relates them to one another. */
  readonly whole?: boolean;
}

const NOTHING: LookedUp = { fields: () => ({}), rights: undefined };

/** A lookup for the resources of a page; undefined where it failed, which is then reported. */
type LookUp = (own: readonly Seen[]) => Promise<LookedUp | undefined>;

/**
 * The lookups of one sweep, for a page at a time. A lookup that fails is a problem of the job, and its fields are absent; the
 * resources themselves are still indexed.
 */
export function lookUps(
  kind: ResourceKind,
  scope: ReadScope,
  types: InstanceTypeLookup,
  report: (problem: Problem) => void,
  answer: JobContext['answer'],
): LookUps {
  const failed = (error: unknown): undefined => {
    if (scope.signal.aborted) throw error;
    report(toProblem(error));
  };
  // Without `report` a partial failure throws: a lookup that lacks one vault would give wrong results, so it counts as failed.
  const { report: _, leftOut: __, ...whole } = scope;
  /** Once per sweep, however many pages. */
  const once = <Value>(read: () => Promise<Value>): (() => Promise<Value | undefined>) => {
    let value: Promise<Value | undefined> | undefined;
    return () => {
      value ??= read().catch(failed);
      return value;
    };
  };

  switch (kind.name) {
    case 'ec2-instance':
      return combined(
        sizes((description) => textOf(description.fields['resource.instance_type'])),
        lastBackup(),
      );
    case 'rds-instance':
      return combined(
        sizes((description) => typeOfDatabaseClass(textOf(description.fields['resource.instance_type']))),
        lastBackup(),
      );
    case 'ec2-image':
      return combined(creators);
    case 'ec2-security-group':
      return { ...combined(connections(), references), whole: true };
    case 'iam-credential-report':
      return combined(rights());
    case 'iam-user':
      return combined(principals('User', 'UserDetailList'));
    case 'iam-group':
      return combined(principals('Group', 'GroupDetailList'));
    case 'iam-role':
      return combined(principals('Role', 'RoleDetailList'));
    default:
      return { page: async () => NOTHING };
  }

  /** vCPUs and memory, by the EC2 instance type that `typeOf` finds in a resource. */
  function sizes(typeOf: (description: Description) => string | undefined): LookUp {
    const reported = new Set<string>();
    let broken = false;
    return async (own) => {
      const wanted = new Set(own.flatMap(({ description }) => typeOf(description) ?? []));
      const known = broken ? undefined : await types(scope, wanted).catch(failed);
      if (known === undefined) {
        // Not tried for later pages, which would only report the same problem.
        broken = true;
        return undefined;
      }
      const unknown = [...wanted].filter((type) => !known.has(type) && !reported.has(type));
      if (unknown.length > 0) {
        for (const type of unknown) reported.add(type);
        report({
          code: 'missing',
          severity: 'notice',
          message: `EC2 does not know ${unknown.join(', ')} in this region: their vCPUs and memory are left empty`,
          next: '',
          where: {},
        });
      }
      return { ...NOTHING, fields: (description) => enrichInstanceType(typeOf(description), known) };
    };
  }

  /** Reads snapshots and images itself, since the sweeps of these kinds may not have run yet. */
  function lastBackup(): LookUp {
    const kinds = kind.name === 'ec2-instance' ? [ec2Snapshot, ec2Image] : [rdsSnapshot, rdsClusterSnapshot];
    const backups = once(async () => {
      const found: Backups = new Map();
      for (const source of [...kinds, backupRecoveryPoint]) {
        for await (const records of source.read(whole)) collectBackups(found, source.name, records);
      }
      return found;
    });
    return async () => {
      const found = await backups();
      return found && { ...NOTHING, fields: (_, record) => backupFields(record, found) };
    };
  }

  function connections(): LookUp {
    const connected = once(async () => {
      const found: Connections = new Map();
      for await (const interfaces of ec2NetworkInterface.read(whole)) connectSecurityGroups(found, interfaces);
      return found;
    });
    return async () => {
      const found = await connected();
      return found && { ...NOTHING, fields: ({ id }) => connectionFields(id, found) };
    };
  }

  async function details(...filter: Parameters<typeof readAuthorizationDetails>[1][number][]): Promise<AuthorizationDetails[]> {
    const pages: AuthorizationDetails[] = [];
    for await (const page of readAuthorizationDetails(scope, filter)) pages.push(page);
    return pages;
  }

  /** From indexed CloudTrail events: empty for an account whose trail is not collected. */
  async function creators(own: readonly Seen[]): Promise<LookedUp> {
    const found = await answer({
      type: 'rows',
      view: 'awscli-trail',
      filter: {
        type: 'and',
        filters: [
          { type: 'terms', field: 'event.action', values: IMAGE_CALLS },
          { type: 'terms', field: 'related.entity', values: own.map(({ description }) => description.id) },
          { type: 'not', filter: { type: 'term', field: 'event.outcome', value: 'failure' } },
        ],
      },
      sort: [{ field: '@timestamp', direction: 'asc' }],
      limit: 2 * own.length,
      offset: 0,
    });
    const known = creatorsFrom(found.type === 'rows' ? found.hits.map(({ _source }) => _source) : []);
    return { ...NOTHING, fields: ({ tags }, record) => imageCreator(record, tags, known) };
  }

  function rights(): LookUp {
    // Without roles, which are by far the largest part and not needed.
    const read = once(async () => findAdministrators(await details('User', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy')));
    return async () => ({ ...NOTHING, rights: await read() });
  }

  function principals(filter: 'User' | 'Group' | 'Role', list: 'UserDetailList' | 'GroupDetailList' | 'RoleDetailList'): LookUp {
    const read = once(async () => describePrincipals((await details(filter)).flatMap((page) => page[list] ?? [])));
    return async () => {
      const found = await read();
      return found && { ...NOTHING, fields: ({ arn }) => found.get(arn ?? '') ?? {} };
    };
  }
}

const references: LookUp = async (own) => {
  const found = referencesBetween(own.map(({ record }) => record));
  return { ...NOTHING, fields: ({ id }) => referenceFields(id, found) };
};

/** Several lookups as one; where one fails, the fields of the rest are still added. */
function combined(...lookups: readonly LookUp[]): LookUps {
  return {
    async page(own) {
      const found = (await Promise.all(lookups.map((lookUp) => lookUp(own)))).filter((each) => each !== undefined);
      return {
        fields: (description, record) => Object.assign({}, ...found.map((each) => each.fields(description, record))),
        rights: found.find((each) => each.rights !== undefined)?.rights,
      };
    },
  };
}
