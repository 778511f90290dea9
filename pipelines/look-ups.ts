import type { ReadScope } from '../collectors/inventory/ask-aws.ts';
import type { Description, ResourceKind } from '../collectors/inventory/declare-kind.ts';
import type { KindLookUp } from '../collectors/inventory/kind-look-ups.ts';
import type { InstanceTypeLookup } from '../collectors/inventory/look-up-instance-types.ts';
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
import type { MonitorLookup } from './read-monitored-hosts.ts';

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
  /** The page must hold all resources, since a lookup relates them to one another. */
  readonly whole: boolean;
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
  monitor: Promise<MonitorLookup> | undefined,
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

  return combined(
    kind.lookUps.map((declared) => lookUpOf(declared)).filter((each) => each !== undefined),
    kind.lookUps.some(({ adds }) => RELATING.has(adds)),
  );

  /** Undefined for what jobs of their own read. */
  function lookUpOf(declared: KindLookUp): LookUp | undefined {
    switch (declared.adds) {
      case 'size':
        return sizes(declared.by === 'database-class' ? typeOfDatabaseClass : (type) => type);
      case 'last-backup':
        return lastBackup(declared.among);
      case 'creator':
        return creators;
      case 'connections':
        return connections(declared.through);
      case 'references':
        return references;
      case 'rights':
        return rights();
      case 'policies':
        return principals(declared.of);
      case 'monitoring':
        return monitoring;
      case 'events':
        return undefined;
    }
  }

  /** vCPUs and memory of the EC2 instance type that `typeFrom` makes of `resource.instance_type`. */
  function sizes(typeFrom: (value: string | undefined) => string | undefined): LookUp {
    const typeOf = ({ fields }: Description) => typeFrom(textOf(fields['resource.instance_type']));
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
  function lastBackup(among: readonly ResourceKind[]): LookUp {
    const backups = once(async () => {
      const found: Backups = new Map();
      for (const source of among) {
        for await (const records of source.read(whole)) collectBackups(found, source.backups(records));
      }
      return found;
    });
    return async () => {
      const found = await backups();
      return found && { ...NOTHING, fields: (_, record) => backupFields(record, found) };
    };
  }

  function connections(through: ResourceKind): LookUp {
    const connected = once(async () => {
      const found: Connections = new Map();
      for await (const interfaces of through.read(whole)) connectSecurityGroups(found, interfaces);
      return found;
    });
    return async () => {
      const found = await connected();
      return found && { ...NOTHING, fields: ({ id }) => connectionFields(id, found) };
    };
  }

  async function monitoring(): Promise<LookedUp> {
    const monitored = await monitor;
    return { ...NOTHING, fields: (_, record) => monitored?.(record) ?? {} };
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

  function principals(of: 'User' | 'Group' | 'Role'): LookUp {
    const read = once(async () => describePrincipals((await details(of)).flatMap((page) => page[`${of}DetailList`] ?? [])));
    return async () => {
      const found = await read();
      return found && { ...NOTHING, fields: ({ arn }) => found.get(arn ?? '') ?? {} };
    };
  }
}

/** Lookups that relate the resources of a page to one another: the page must hold all of them. */
const RELATING: ReadonlySet<KindLookUp['adds']> = new Set(['references']);

const references: LookUp = async (own) => {
  const found = referencesBetween(own.map(({ record }) => record));
  return { ...NOTHING, fields: ({ id }) => referenceFields(id, found) };
};

/** Several lookups as one; where one fails, the fields of the rest are still added. */
function combined(lookups: readonly LookUp[], whole: boolean): LookUps {
  return {
    whole,
    async page(own) {
      const found = (await Promise.all(lookups.map((lookUp) => lookUp(own)))).filter((each) => each !== undefined);
      return {
        fields: (description, record) => Object.assign({}, ...found.map((each) => each.fields(description, record))),
        rights: found.find((each) => each.rights !== undefined)?.rights,
      };
    },
  };
}
