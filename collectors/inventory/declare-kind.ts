import type { ClientConstructor } from '../../aws/reach.ts';
import type { Field } from '../../core/field.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { KindPage } from '../../core/kind-page.ts';
import { OrgscopeError, toProblem } from '../../core/problem.ts';
import { setOwn } from '../../core/set-own.ts';
import { ahead } from './ahead.ts';
import { type Ask, askAws, type CallOf, type InputOf, type OutputOf, type ReadScope, type Sender } from './ask-aws.ts';
import { codeOf } from './code-of.ts';
import { type FollowUp, type FollowUps, followUps } from './follow-ups.ts';
import { actionsOf, type KindLookUp } from './kind-look-ups.ts';
import type { Cli } from './to-cli-record.ts';

/**
 * What one file of this folder says about one kind of resource; everything else derives from it: reading, documents, mapping,
 * IAM policy, registry, docs and the tests that quantify over all kinds.
 *
 * All functions see the record as the AWS CLI prints it (dates are text), so that a sweep and an import of a dump take the same
 * way. Their types come from the SDK: a wrong call or member does not compile.
 */
export interface KindDeclaration<Sdk, Service extends string, Call extends CallOf<Sdk>, Further extends CallOf<Sdk>, Item> {
  /** `service-thing`: the document's `resource.type`; its record lies under `aws.service.thing`. */
  readonly name: `${Service}-${string}`;
  /** One sentence: what it yields. */
  readonly summary: string;
  /** The service as the AWS CLI names it, but for `cli` and `iam`. */
  readonly service: Service;
  /** Its name on the command line, where that differs (`s3api`). */
  readonly cli?: string;
  /** Its prefix in IAM actions, where that differs (`elasticloadbalancing`). */
  readonly iam?: string;
  /** Imported at the first call only: an SDK client costs up to 100 ms of start-up. */
  readonly sdk: () => Promise<Sdk>;
  readonly client: (sdk: Sdk) => ClientConstructor<Sender>;
  /** The call that shows the items, without `Command`. Pages are followed where the SDK has a paginator for it. */
  readonly call: Call;
  /** Other calls that `inputs` and `follow` make. */
  readonly calls?: readonly Further[];
  readonly scope: 'regional' | 'global';
  readonly input?: (place: Place) => InputOf<Sdk, Call>;
  /** Several inputs, for a call that wants a parent's name (a cluster, a vault): each is one listing of its own. */
  readonly inputs?: (ask: Ask<Sdk, Further>, place: Place, below: FollowUps['below']) => AsyncIterable<InputOf<Sdk, Call>>;
  /** The parent or item that an input names: its listing may then fail alone. Without it a failure ends the sweep. */
  readonly about?: (input: InputOf<Sdk, Call>) => string | undefined;
  /** Where an input names one item: what is known of it when its own call fails. */
  readonly listed?: (input: InputOf<Sdk, Call>, place: Place) => NoInfer<Item>;
  /** What an output says it could not tell, besides of what is gone. */
  readonly failures?: (output: Cli<OutputOf<Sdk, Call>>) => readonly Failure[] | undefined;
  /** What must be done before the call, such as asking AWS to make the report that it then shows; `wait` ends early when stopped. */
  readonly prepare?: (ask: Ask<Sdk, Further>, wait: (delayMs: number) => Promise<void>) => Promise<void>;
  /** Codes by which the call says that what was prepared is not there yet, or no more: both are asked again, with patience. For a call of one page. */
  readonly notYet?: readonly string[];
  /** As large as the call allows: fewer calls, sooner done, less throttling. */
  readonly pageSize?: number;
  /** The items of one output; members of a parent that belong to the item come in with `lift`. */
  readonly items: (output: Cli<OutputOf<Sdk, Call>>) => readonly Item[];
  readonly id: (item: Item) => string | undefined;
  /** The API's own ARN, else built by `arn()` from the place; undefined where AWS defines none. */
  readonly arn: (item: Item, place: Place) => string | undefined;
  /** Account that owns it. What another account shows us is left to that account's own sweep, else it would count twice. */
  readonly owner?: (item: Item) => string | undefined;
  readonly title?: (item: Item) => string | undefined;
  readonly state?: (item: Item) => string | undefined;
  readonly created?: (item: Item) => string | undefined;
  readonly zone?: (item: Item) => string | undefined;
  /** Where it is, for things of a region that a global call shows. */
  readonly region?: (item: Item) => string | undefined;
  /** Its ARN is that of another kind's resource (a tag's, a recovery point's), so that it can't be what identifies it. */
  readonly sharesArn?: boolean;
  readonly tags?: (item: Item) => readonly Tag[] | Readonly<Record<string, string>> | undefined;
  /** Members worth a column. One without `value` is filled in by the pipeline from a lookup. */
  readonly fields?: readonly (Field & { readonly value?: (item: Item, place: Place) => Json | undefined })[];
  /** Codes by which the service says that there is nothing, where others would answer with an empty list. */
  readonly none?: readonly string[];
  /** Shown alike to every account (a catalogue of AWS): read in the first account that has the region, and not in each. */
  readonly alike?: boolean;
  /** More about one item, from calls of its own; what it returns becomes the record. */
  readonly follow?: (ask: Ask<Sdk, Further>, item: Item, followUp: FollowUp) => Promise<Item>;
  /** Dotted paths within the record that change without the resource changing (`last used`). */
  readonly volatile?: readonly string[];
  /** IAM actions of the calls, where they differ from `service:Call`. */
  readonly actions?: readonly string[];
  /** What other calls add to its resources; a lookup brings its IAM actions. */
  readonly lookUps?: readonly KindLookUp[];
  /** What an item is a backup of; none where it is not complete, or no backup. */
  readonly backups?: (item: Item) => readonly BackupOf[];
  /** Its records are rows of IAM's credential report: each is also written as a document of `awsusers`. */
  readonly credentials?: true;
  /** What search and the resource page have to know of it. */
  readonly page?: KindPage;
  /** A small output as the CLI prints it: what tests and docs show. */
  readonly example: Cli<OutputOf<Sdk, Call>>;
  /** Outputs of the other calls, to the same end. */
  readonly examples?: { readonly [Name in Further]?: Cli<OutputOf<Sdk, Name>> };
}

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** As calls about many things at once tell of those that they leave out. */
interface Failure {
  readonly arn?: string | undefined;
  readonly reason?: string | undefined;
}

/** One thing that is backed up, and the backup of it. */
export interface BackupOf {
  /** An instance's or volume's id, a database's name, `cluster:NAME`, or an ARN. */
  readonly of: string | undefined;
  /** ISO 8601 */
  readonly time: string | undefined;
  readonly source: 'snapshot' | 'image' | 'recovery-point';
  readonly id: string | undefined;
}

/** Where a resource was seen: what an ARN is built of. */
export interface Place {
  readonly partition: string;
  readonly account: string;
  /** A region, or `global`. */
  readonly region: string;
}

/** What every resource is described by, whatever its kind. */
export interface Description {
  readonly id: string;
  readonly arn: string | undefined;
  readonly owner: string | undefined;
  readonly name: string | undefined;
  readonly state: string | undefined;
  /** ISO 8601 */
  readonly created: string | undefined;
  readonly zone: string | undefined;
  /** Undefined: where it was seen. */
  readonly region: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Values of the kind's own fields, by dotted name. */
  readonly fields: Readonly<Record<string, Json>>;
}

/** A declared kind, as pipelines, generators and tests use it: the SDK's types are behind it. */
export interface ResourceKind {
  readonly name: string;
  readonly summary: string;
  readonly service: string;
  readonly call: string;
  readonly calls: readonly string[];
  /** The call as the AWS CLI words it: `ec2 describe-instances`. */
  readonly command: string;
  readonly scope: 'regional' | 'global';
  /** All IAM actions that reading it takes, lookups included. */
  readonly actions: readonly string[];
  /** The kind's own fields, and the field of its untouched record. */
  readonly fields: readonly Field[];
  /** Dotted name of the field that holds the untouched record, such as `aws.ec2.instance`. */
  readonly recordField: string;
  readonly volatile: readonly string[];
  readonly alike: boolean;
  readonly sharesArn: boolean;
  readonly example: JsonObject;
  /** Outputs by call, the kind's own included. */
  readonly examples: Readonly<Record<string, JsonObject>>;
  readonly lookUps: readonly KindLookUp[];
  readonly credentials: boolean;
  readonly page: KindPage | undefined;
  /** What these records are backups of. */
  backups(records: readonly JsonObject[]): readonly BackupOf[];
  /** For the test that asks whether a call without paginator has pages. */
  readonly sdk: () => Promise<object>;
  /** The records, page by page. Rejects with an OrgscopeError when a page can't be read. */
  read(scope: ReadScope): AsyncGenerator<readonly JsonObject[]>;
  /** The items of one output of the call, as the CLI prints it. */
  items(output: JsonObject): readonly JsonObject[];
  /** Undefined for a record without id: it is not one of this kind. */
  describe(record: JsonObject, place: Place): Description | undefined;
}

/** What is prepared is waited for so long in all, however often it is asked for. */
const PATIENCE_MS = 300_000;

/** A kind of resource from its declaration. */
export function declareKind<
  Sdk extends object,
  const Service extends string,
  const Call extends CallOf<Sdk>,
  Item extends object,
  const Further extends CallOf<Sdk> = never,
>(declaration: KindDeclaration<Sdk, Service, Call, Further, Item>): ResourceKind {
  const { name, service, call } = declaration;
  const calls: readonly string[] = [call, ...(declaration.calls ?? [])];
  const recordField = `aws.${service}.${name.slice(service.length + 1).replaceAll('-', '_')}`;
  let loaded: Promise<Sdk> | undefined;
  const asItem = (record: JsonObject) => record as unknown as Item;
  /** Items of which only the listing tells: a field that says "not encrypted" where nothing was asked would be wrong. */
  const bare = new WeakSet<Item>();

  async function* read(scope: ReadScope): AsyncGenerator<readonly JsonObject[]> {
    // Kept: even a module that is loaded takes a tenth of a millisecond to be found again.
    loaded ??= declaration.sdk();
    const sdk = (await loaded) as Sdk;
    // What was begun ahead of its turn ends with the reading.
    const ended = new AbortController();
    const signal = AbortSignal.any([scope.signal, ended.signal]);
    const further = followUps(scope.report);
    const asked = askAws(service, sdk, declaration.client(sdk), { ...scope, signal });
    const ask: typeof asked = async function* (called, ...given) {
      for await (const output of asked(called, ...given)) {
        further.answered(`${service}:${called}`);
        yield output;
      }
    };
    const place = placeOf(scope);
    const none = new Set(declaration.none);
    const isNone = (error: unknown) => error instanceof OrgscopeError && none.has(codeOf(error.cause));

    const notYet = new Set(declaration.notYet);
    let waitedMs = 0;
    const wait = async (delayMs: number): Promise<void> => {
      waitedMs += delayMs;
      await scope.wait(delayMs);
    };

    async function* list(input: InputOf<Sdk, Call>): AsyncGenerator<readonly Item[]> {
      for (let delayMs = 1_000; ; delayMs = Math.min(delayMs * 2, 20_000)) {
        try {
          yield* pages(input);
          return;
        } catch (error) {
          const expected = error instanceof OrgscopeError && notYet.has(codeOf(error.cause));
          if (!expected || waitedMs >= PATIENCE_MS) throw error;
        }
        await wait(delayMs);
        await declaration.prepare?.(ask, wait);
      }
    }
    async function* pages(input: InputOf<Sdk, Call>): AsyncGenerator<readonly Item[]> {
      for await (const output of ask(call, input, { pageSize: declaration.pageSize })) {
        const shown = output as Cli<OutputOf<Sdk, Call>>;
        reportFailures(scope, `${service}:${call}`, declaration.failures?.(shown));
        yield declaration.items(shown);
      }
    }
    async function* listAbout(input: InputOf<Sdk, Call>): AsyncGenerator<readonly Item[]> {
      const thing = declaration.about?.(input);
      if (thing === undefined) yield* list(input);
      else if (declaration.listed === undefined) yield* further.below(thing, list(input));
      else {
        const item = declaration.listed(input, place);
        const found = await further.about(thing, [item], async () => {
          const items: Item[] = [];
          for await (const page of list(input)) items.push(...page);
          return items;
        });
        if (found === undefined) return;
        if (found.leftOut.length > 0) bare.add(item);
        for (const each of found.leftOut.length > 0 ? found.item : []) leaveOut(each, found.leftOut);
        yield found.item;
      }
    }
    const leaveOut = (item: Item, calls: readonly string[]) => scope.leftOut?.(item as unknown as JsonObject, calls);
    async function withDetails(item: Item): Promise<readonly Item[]> {
      const follow = declaration.follow;
      if (follow === undefined) return [item];
      const found = await further.about(declaration.id(item) ?? '', item, (followUp) => follow(ask, item, followUp));
      if (found === undefined) return [];
      if (found.leftOut.length > 0) leaveOut(found.item, found.leftOut);
      return [found.item];
    }

    try {
      await declaration.prepare?.(ask, wait);
      const inputs = declaration.inputs?.(ask, place, further.below) ?? [
        declaration.input?.(place) ?? ({} as InputOf<Sdk, Call>),
      ];
      for await (const items of ahead(inputs, listAbout)) {
        // As many at once as the limits of the account and service let through.
        const records = declaration.follow === undefined ? items : (await Promise.all(items.map(withDetails))).flat();
        yield records as unknown as JsonObject[];
      }
    } catch (error) {
      if (!isNone(error)) throw error;
    } finally {
      ended.abort();
    }
  }

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
    read,
    items: (output) => declaration.items(output as unknown as Cli<OutputOf<Sdk, Call>>) as unknown as JsonObject[],
    describe(record, seenAt) {
      const item = asItem(record);
      const id = declaration.id(item);
      if (id === undefined || id === '') return undefined;
      const owner = declaration.owner?.(item);
      const place = owner === undefined ? seenAt : { ...seenAt, account: owner };
      const tags = tagsOf(declaration.tags?.(item));
      const fields: Record<string, Json> = {};
      for (const field of bare.has(item) ? [] : (declaration.fields ?? [])) {
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

/** An ARN of something in this place; `place.account` or `region` may be '' for services that leave them out. */
export const arn = (place: Place, service: string, resource: string): string =>
  `arn:${place.partition}:${service}:${place.region === 'global' ? '' : place.region}:${place.account}:${resource}`;

/** Items that also carry members of their parent, as an instance its ReservationId; a parent without the member adds none. */
export function lift<Item extends object, Members extends object>(
  items: readonly Item[] | undefined,
  members: Members,
): (Item & Members)[] {
  return (items ?? []).map((item) => ({ ...item, ...members }));
}

export const placeOf = ({ account, region }: Pick<ReadScope, 'account' | 'region'>): Place => ({
  partition: account.identity.partition,
  account: account.id,
  region,
});

/** What is gone (`MISSING`) is no failure: it was deleted since it was listed. */
function reportFailures({ report }: ReadScope, call: string, failures: readonly Failure[] = []): void {
  for (const { arn: thing, reason = 'no reason' } of failures) {
    if (reason === 'MISSING') continue;
    const next = 'Run again later; what was known of it is kept.';
    const error = new OrgscopeError('unexpected', `${call} left one out (${reason})`, next, {
      call,
      ...(thing === undefined ? {} : { object: thing }),
    });
    if (report === undefined) throw error;
    report(toProblem(error));
  }
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
 * A date in one form. Dumps hold dates as the CLI's version prints them: as text, or (version 1, of JSON services) as seconds.
 * Undefined for what is none: a store would refuse the whole document for it.
 */
export function instant(value: Json | undefined): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const time = new Date(typeof value === 'number' ? value * 1000 : value);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
