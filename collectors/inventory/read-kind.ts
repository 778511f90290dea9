import type { JsonObject } from '../../core/json.ts';
import { OrgscopeError, toProblem } from '../../core/problem.ts';
import { type Ask, askAws, type CallOf, type InputOf, type OutputOf, type ReadScope } from './ask-aws.ts';
import { codeOf } from './code-of.ts';
import type { Failure, KindDeclaration } from './declare-kind.ts';
import { type FollowUps, followUps } from './follow-ups.ts';
import { type Place, placeOf } from './place.ts';
import { prefetch } from './prefetch.ts';
import type { Cli } from './to-cli-record.ts';

/** The longest total wait for a report that AWS prepares. */
const PATIENCE_MS = 300_000;

/**
 * Yields the records of one kind in one account and region, page by page. `incomplete` receives the records of which only the
 * listing is known, because the call about the record failed.
 */
export async function* readKind<
  Sdk extends object,
  Service extends string,
  Call extends CallOf<Sdk>,
  Further extends CallOf<Sdk>,
  Item extends object,
>(
  declaration: KindDeclaration<Sdk, Service, Call, Further, Item>,
  sdk: Sdk,
  scope: ReadScope,
  incomplete: WeakSet<Item>,
): AsyncGenerator<readonly JsonObject[]> {
  // Aborts prefetched calls when the reading ends early.
  const ended = new AbortController();
  const signal = AbortSignal.any([scope.signal, ended.signal]);
  const further = followUps(scope.report);
  const asked = askAws(declaration.service, sdk, declaration.client(sdk), { ...scope, signal });
  const ask: typeof asked = async function* (called, ...given) {
    for await (const output of asked(called, ...given)) {
      further.answered(`${declaration.service}:${called}`);
      yield output;
    }
  };
  const waiting = { waitedMs: 0 };
  const wait = async (delayMs: number): Promise<void> => {
    waiting.waitedMs += delayMs;
    await scope.wait(delayMs);
  };
  const reading: Reading<Sdk, Service, Call, Further, Item> = {
    declaration,
    scope,
    place: placeOf(scope),
    ask,
    further,
    wait,
    waiting,
    incomplete,
  };
  const none = new Set(declaration.none);
  try {
    await declaration.prepare?.(ask, wait);
    const inputs = declaration.inputs?.(ask, reading.place, further.below) ?? [
      declaration.input?.(reading.place) ?? ({} as InputOf<Sdk, Call>),
    ];
    for await (const items of prefetch(inputs, (input) => listAbout(reading, input))) {
      // All at the same time: the limits of the account and service decide how many calls run.
      const records =
        declaration.follow === undefined ? items : (await Promise.all(items.map((item) => withDetails(reading, item)))).flat();
      yield records as unknown as JsonObject[];
    }
  } catch (error) {
    if (!(error instanceof OrgscopeError && none.has(codeOf(error.cause)))) throw error;
  } finally {
    ended.abort();
  }
}

/** The state that the steps of one reading share. */
interface Reading<Sdk, Service extends string, Call extends CallOf<Sdk>, Further extends CallOf<Sdk>, Item> {
  readonly declaration: KindDeclaration<Sdk, Service, Call, Further, Item>;
  readonly scope: ReadScope;
  readonly place: Place;
  readonly ask: Ask<Sdk, CallOf<Sdk>>;
  readonly further: FollowUps;
  readonly wait: (delayMs: number) => Promise<void>;
  readonly waiting: { readonly waitedMs: number };
  readonly incomplete: WeakSet<Item & object>;
}

/** The items of one listing; asks again while AWS still prepares what it lists (`notYet`). */
async function* list<Sdk, Service extends string, Call extends CallOf<Sdk>, Further extends CallOf<Sdk>, Item>(
  reading: Reading<Sdk, Service, Call, Further, Item>,
  input: InputOf<Sdk, Call>,
): AsyncGenerator<readonly Item[]> {
  const { declaration, ask, wait, waiting } = reading;
  const notYet = new Set(declaration.notYet);
  for (let delayMs = 1_000; ; delayMs = Math.min(delayMs * 2, 20_000)) {
    try {
      yield* pages(reading, input);
      return;
    } catch (error) {
      const expected = error instanceof OrgscopeError && notYet.has(codeOf(error.cause));
      if (!expected || waiting.waitedMs >= PATIENCE_MS) throw error;
    }
    await wait(delayMs);
    await declaration.prepare?.(ask, wait);
  }
}

async function* pages<Sdk, Service extends string, Call extends CallOf<Sdk>, Further extends CallOf<Sdk>, Item>(
  { declaration, scope, ask }: Reading<Sdk, Service, Call, Further, Item>,
  input: InputOf<Sdk, Call>,
): AsyncGenerator<readonly Item[]> {
  for await (const output of ask(declaration.call, input, { pageSize: declaration.pageSize })) {
    const shown = output as Cli<OutputOf<Sdk, Call>>;
    reportFailures(scope, `${declaration.service}:${declaration.call}`, declaration.failures?.(shown));
    yield declaration.items(shown);
  }
}

/** As `list`, for an input about one resource: its failure is reported for that resource and does not end the sweep. */
async function* listAbout<
  Sdk,
  Service extends string,
  Call extends CallOf<Sdk>,
  Further extends CallOf<Sdk>,
  Item extends object,
>(reading: Reading<Sdk, Service, Call, Further, Item>, input: InputOf<Sdk, Call>): AsyncGenerator<readonly Item[]> {
  const { declaration, scope, place, further, incomplete } = reading;
  const resource = declaration.about?.(input);
  if (resource === undefined) yield* list(reading, input);
  else if (declaration.listed === undefined) yield* further.below(resource, list(reading, input));
  else {
    const item = declaration.listed(input, place);
    const found = await further.about(resource, [item], async () => {
      const items: Item[] = [];
      for await (const page of list(reading, input)) items.push(...page);
      return items;
    });
    if (found === undefined) return;
    if (found.leftOut.length > 0) incomplete.add(item);
    for (const each of found.leftOut.length > 0 ? found.item : []) leaveOut(scope, each, found.leftOut);
    yield found.item;
  }
}

/** The item with the answers of its follow-up calls; none where it was deleted meanwhile. */
async function withDetails<
  Sdk,
  Service extends string,
  Call extends CallOf<Sdk>,
  Further extends CallOf<Sdk>,
  Item extends object,
>({ declaration, scope, ask, further }: Reading<Sdk, Service, Call, Further, Item>, item: Item): Promise<readonly Item[]> {
  const follow = declaration.follow;
  if (follow === undefined) return [item];
  const found = await further.about(declaration.id(item) ?? '', item, (followUp) => follow(ask, item, followUp));
  if (found === undefined) return [];
  if (found.leftOut.length > 0) leaveOut(scope, found.item, found.leftOut);
  return [found.item];
}

const leaveOut = (scope: ReadScope, item: object, calls: readonly string[]): void =>
  scope.leftOut?.(item as unknown as JsonObject, calls);

/** Reports the items that an output lists as failed. `MISSING` is no failure: the resource was deleted after it was listed. */
function reportFailures({ report }: ReadScope, call: string, failures: readonly Failure[] = []): void {
  for (const { arn: resource, reason = 'no reason' } of failures) {
    if (reason === 'MISSING') continue;
    const next = 'Run again later; what was known of it is kept.';
    const error = new OrgscopeError('unexpected', `${call} left one out (${reason})`, next, {
      call,
      ...(resource === undefined ? {} : { object: resource }),
    });
    if (report === undefined) throw error;
    report(toProblem(error));
  }
}
