import type { ClientConstructor } from '../../aws/reach.ts';
import type { Field } from '../../core/field.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { KindPage } from '../../core/kind-page.ts';
import { setOwn } from '../../core/set-own.ts';
import type { Ask, CallOf, InputOf, OutputOf, ReadScope, Sender } from './ask-aws.ts';
import type { FollowUp, FollowUps } from './follow-ups.ts';
import { actionsOf, type KindLookUp } from './kind-look-ups.ts';
import type { Place } from './place.ts';
import { readKind } from './read-kind.ts';
import type { Cli } from './to-cli-record.ts';

/**
 * The declaration of one kind of resource, which is one file of this folder. Reading, documents, mapping, IAM policy, registry, docs
 * and the tests over all kinds derive from it.
 *
 * All functions receive the record as the AWS CLI prints it (dates are text), so that a sweep and the import of a dump work in the
 * same way. Their types come from the SDK: a wrong call or member does not compile.
 */
export interface KindDeclaration<Sdk, Service extends string, Call extends CallOf<Sdk>, Further extends CallOf<Sdk>, Item> {
  /** `service-thing`: the document's `resource.type`; its record lies under `aws.service.thing`. */
  readonly name: `${Service}-${string}`;
  /** One sentence that says what a record is. */
  readonly summary: string;
  /** The service as the AWS CLI names it; `cli` and `iam` override the name. */
  readonly service: Service;
  /** The service's name on the command line, if it differs (`s3api`). */
  readonly cli?: string;
  /** The prefix of its IAM actions, if it differs (`elasticloadbalancing`). */
  readonly iam?: string;
  /** Imports the SDK client at the first call, since loading it takes up to 100 ms. */
  readonly sdk: () => Promise<Sdk>;
  readonly client: (sdk: Sdk) => ClientConstructor<Sender>;
  /** The call that lists the items, without `Command`. Its pages are followed if the SDK has a paginator for it. */
  readonly call: Call;
  /** The other calls that `inputs` and `follow` make. */
  readonly calls?: readonly Further[];
  readonly scope: 'regional' | 'global';
  readonly input?: (place: Place) => InputOf<Sdk, Call>;
  /** Several inputs, for a call that requires a parent's name (a cluster, a vault). Each input is a separate listing. */
  readonly inputs?: (ask: Ask<Sdk, Further>, place: Place, below: FollowUps['below']) => AsyncIterable<InputOf<Sdk, Call>>;
  /** The parent or item that an input names: a failure of its listing is then reported for it alone. Without it a failure ends the sweep. */
  readonly about?: (input: InputOf<Sdk, Call>) => string | undefined;
  /** For an input that names one item: the item as known from the listing, which is used if its call fails. */
  readonly listed?: (input: InputOf<Sdk, Call>, place: Place) => NoInfer<Item>;
  /** The items that an output reports as failed, other than deleted ones. */
  readonly failures?: (output: Cli<OutputOf<Sdk, Call>>) => readonly Failure[] | undefined;
  /** Runs before the call, for example to request the report that the call then returns. `wait` ends early when the run is stopped. */
  readonly prepare?: (ask: Ask<Sdk, Further>, wait: (delayMs: number) => Promise<void>) => Promise<void>;
  /** Error codes that mean that the prepared report is not ready or has expired: the call is repeated after a delay. For calls of one page. */
  readonly notYet?: readonly string[];
  /** The largest page that the call allows, which takes fewer calls and is throttled less. */
  readonly pageSize?: number;
  /** The items of one output. `lift` adds members of a parent to the items. */
  readonly items: (output: Cli<OutputOf<Sdk, Call>>) => readonly Item[];
  readonly id: (item: Item) => string | undefined;
  /** The ARN in the answer, else one built by `arn()`; undefined if AWS defines none. */
  readonly arn: (item: Item, place: Place) => string | undefined;
  /** The account that owns it. A resource that another account shares is left to that account's sweep; otherwise it would count twice. */
  readonly owner?: (item: Item) => string | undefined;
  readonly title?: (item: Item) => string | undefined;
  readonly state?: (item: Item) => string | undefined;
  readonly created?: (item: Item) => string | undefined;
  readonly zone?: (item: Item) => string | undefined;
  /** The region of a regional resource that a global call lists. */
  readonly region?: (item: Item) => string | undefined;
  /** Whether its ARN belongs to a resource of another kind (as with tags and recovery points), so that it cannot be the identifier. */
  readonly sharesArn?: boolean;
  readonly tags?: (item: Item) => readonly Tag[] | Readonly<Record<string, string>> | undefined;
  /** The members that get a column. The pipeline fills in a field without `value` from a lookup. */
  readonly fields?: readonly (Field & { readonly value?: (item: Item, place: Place) => Json | undefined })[];
  /** Error codes that mean an empty list. */
  readonly none?: readonly string[];
  /** Whether the answer is the same for every account (a catalogue of AWS). It is then read once per region, in the first account. */
  readonly alike?: boolean;
  /** Adds details to one item with further calls; the returned item becomes the record. */
  readonly follow?: (ask: Ask<Sdk, Further>, item: Item, followUp: FollowUp) => Promise<Item>;
  /** Dotted paths within the record whose changes do not count as changes of the resource (`last used`). */
  readonly volatile?: readonly string[];
  /** The IAM actions of the calls, if they differ from `service:Call`. */
  readonly actions?: readonly string[];
  /** The look-ups that add values to its resources; each brings its IAM actions. */
  readonly lookUps?: readonly KindLookUp[];
  /** The resources that an item is a backup of; none if it is incomplete or no backup. */
  readonly backups?: (item: Item) => readonly BackupOf[];
  /** Whether its records are rows of IAM's credential report: each is also written as a document of `awsusers`. */
  readonly credentials?: true;
  /** What search and the resource page show for it. */
  readonly page?: KindPage;
  /** A small output as the CLI prints it, for tests and docs. */
  readonly example: AfterItem<Item, Cli<OutputOf<Sdk, Call>>>;
  /** Outputs of the other calls, for the same purpose. */
  readonly examples?: AfterItem<Item, { readonly [Name in Further]?: Cli<OutputOf<Sdk, Name>> }>;
}

/**
 * The type, once the compiler has inferred `Item` from `items`. Until then `Item` is its default `any`, and everything is accepted: a mistake found earlier
 * would stop the inference, and the first errors would be about the accessors and not about the mistake.
 */
type AfterItem<Item, Type> = 0 extends 1 & Item ? unknown : Type;

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** An entry of an output's list of failed items. */
export interface Failure {
  readonly arn?: string | undefined;
  readonly reason?: string | undefined;
}

/** A backup and the resource that was backed up. */
export interface BackupOf {
  /** An instance's or volume's id, a database's name, `cluster:NAME`, or an ARN. */
  readonly of: string | undefined;
  /** ISO 8601 */
  readonly time: string | undefined;
  readonly source: 'snapshot' | 'image' | 'recovery-point';
  readonly id: string | undefined;
}

/** The properties that resources of all kinds have. */
export interface Description {
  readonly id: string;
  readonly arn: string | undefined;
  readonly owner: string | undefined;
  readonly name: string | undefined;
  readonly state: string | undefined;
  /** ISO 8601 */
  readonly created: string | undefined;
  readonly zone: string | undefined;
  /** Undefined means the region where it was seen. */
  readonly region: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** The values of the kind's own fields, by dotted name. */
  readonly fields: Readonly<Record<string, Json>>;
}

/** A declared kind as pipelines, generators and tests use it, without the SDK's types. */
export interface ResourceKind {
  readonly name: string;
  readonly summary: string;
  readonly service: string;
  readonly call: string;
  readonly calls: readonly string[];
  /** The call as a command of the AWS CLI: `ec2 describe-instances`. */
  readonly command: string;
  readonly scope: 'regional' | 'global';
  /** All IAM actions that reading requires, including lookups. */
  readonly actions: readonly string[];
  /** The kind's own fields and the field of its unchanged record. */
  readonly fields: readonly Field[];
  /** The dotted name of the field that holds the unchanged record, such as `aws.ec2.instance`. */
  readonly recordField: string;
  readonly volatile: readonly string[];
  readonly alike: boolean;
  readonly sharesArn: boolean;
  readonly example: JsonObject;
  /** Example outputs by call, including the kind's main call. */
  readonly examples: Readonly<Record<string, JsonObject>>;
  readonly lookUps: readonly KindLookUp[];
  readonly credentials: boolean;
  readonly page: KindPage | undefined;
  /** The backups that these records are. */
  backups(records: readonly JsonObject[]): readonly BackupOf[];
  /** For the test that no call without a paginator has pages. */
  readonly sdk: () => Promise<object>;
  /** Yields the records page by page. Rejects with an OrgscopeError if a page can't be read. */
  read(scope: ReadScope): AsyncGenerator<readonly JsonObject[]>;
  /** The items of one output of the call, in the form that the CLI prints. */
  items(output: JsonObject): readonly JsonObject[];
  /** Undefined for a record without id, which is not a record of this kind. */
  describe(record: JsonObject, place: Place): Description | undefined;
}

/** Makes a resource kind from its declaration. */
export function declareKind<
  Sdk extends object,
  const Service extends string,
  const Call extends CallOf<Sdk>,
  // biome-ignore lint/suspicious/noExplicitAny: `AfterItem` tells from it that the type is not yet inferred.
  Item extends object = any,
  const Further extends CallOf<Sdk> = never,
>(declaration: KindDeclaration<Sdk, Service, Call, Further, Item>): ResourceKind {
  const { name, service, call } = declaration;
  const calls: readonly string[] = [call, ...(declaration.calls ?? [])];
  const recordField = `aws.${service}.${name.slice(service.length + 1).replaceAll('-', '_')}`;
  let loaded: Promise<Sdk> | undefined;
  const asItem = (record: JsonObject) => record as unknown as Item;
  /** Items of which only the listing is known: fields derived from the missing answer, such as "not encrypted", would be wrong. */
  const incomplete = new WeakSet<Item>();

  return {
    name,
    summary: declaration.summary,
    service,
    call,
    calls,
    command: cliCommand(declaration.cli ?? service, call),
    scope: declaration.scope,
    actions: [
      ...new Set([
        ...(declaration.actions ?? calls.map((each) => `${declaration.iam ?? service}:${each}`)),
        ...(declaration.lookUps ?? []).flatMap(actionsOf),
      ]),
    ].sort(),
    fields: [
      ...(declaration.fields ?? []).map(({ value: _, ...field }) => field),
      {
        name: recordField,
        type: 'flattened',
        description: `The record as \`aws ${cliCommand(declaration.cli ?? service, call)}\` prints it.`,
      },
    ],
    recordField,
    volatile: declaration.volatile ?? [],
    alike: declaration.alike ?? false,
    sharesArn: declaration.sharesArn ?? false,
    example: declaration.example as unknown as JsonObject,
    examples: { ...declaration.examples, [call]: declaration.example } as unknown as Record<string, JsonObject>,
    lookUps: declaration.lookUps ?? [],
    credentials: declaration.credentials ?? false,
    page: declaration.page,
    backups: (records) => records.flatMap((record) => declaration.backups?.(asItem(record)) ?? []),
    sdk: declaration.sdk,
    async *read(scope) {
      // The promise is kept, since finding even a loaded module again takes a tenth of a millisecond.
      loaded ??= declaration.sdk();
      yield* readKind(declaration, (await loaded) as Sdk, scope, incomplete);
    },
    items: (output) => declaration.items(output as unknown as Cli<OutputOf<Sdk, Call>>) as unknown as JsonObject[],
    describe(record, seenAt) {
      const item = asItem(record);
      const id = declaration.id(item);
      if (id === undefined || id === '') return undefined;
      const owner = declaration.owner?.(item);
      const place = owner === undefined ? seenAt : { ...seenAt, account: owner };
      const tags = tagsOf(declaration.tags?.(item));
      const fields: Record<string, Json> = {};
      for (const field of incomplete.has(item) ? [] : (declaration.fields ?? [])) {
        const value = field.type === 'date' ? instant(field.value?.(item, place)) : field.value?.(item, place);
        if (value !== undefined) fields[field.name] = value;
      }
      return {
        id,
        arn: declaration.arn(item, place),
        owner,
        name: declaration.title?.(item) ?? tags.Name,
        state: declaration.state?.(item),
        created: instant(declaration.created?.(item)),
        zone: declaration.zone?.(item),
        region: declaration.region?.(item),
        tags,
        fields,
      };
    },
  };
}

/** Builds an ARN. `place.account` or `place.region` may be empty for services that leave them out. */
export const arn = (place: Place, service: string, resource: string): string =>
  `arn:${place.partition}:${service}:${place.region === 'global' ? '' : place.region}:${place.account}:${resource}`;

/** Adds members of the parent to its items, such as the ReservationId to an instance. */
export function lift<Item extends object, Members extends object>(
  items: readonly Item[] | undefined,
  members: Members,
): (Item & Members)[] {
  return (items ?? []).map((item) => ({ ...item, ...members }));
}

/** `ec2`, `DescribeDBInstances` → `ec2 describe-db-instances` */
const cliCommand = (service: string, call: string): string =>
  `${service} ${call.replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, (_, before, after, single) => (single === undefined ? `${before}-${after}` : `${single}-`)).toLowerCase()}`;

function tagsOf(tags: readonly Tag[] | Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  if (tags === undefined) return {};
  if (!isList(tags)) return tags;
  const result: Record<string, string> = {};
  for (const { Key, Value } of tags) if (Key !== undefined) setOwn(result, Key, Value ?? '');
  return result;
}

const isList = (tags: readonly Tag[] | Readonly<Record<string, string>>): tags is readonly Tag[] => Array.isArray(tags);

/**
 * A date as ISO 8601 text. In dumps, dates are text or, for JSON services of the CLI's version 1, seconds.
 * Undefined for a value that is no date, since a store would refuse the whole document.
 */
export function instant(value: Json | undefined): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const time = new Date(typeof value === 'number' ? value * 1000 : value);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
