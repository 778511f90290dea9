import type { GetOutputType, Paginator } from '@smithy/types';
import { cutShort, onlyForward } from '../../aws/follow-pages.ts';
import type { Account, ClientConstructor, Reach } from '../../aws/reach.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Problem } from '../../core/problem.ts';
import { type Cli, toCliRecord } from './to-cli-record.ts';

/** The account and region that are called, with the limits and credentials of `reach`. */
export interface CallScope {
  readonly reach: Reach;
  readonly account: Account;
  /** A region, or `global`. */
  readonly region: string;
  readonly signal: AbortSignal;
}

/** The account and region that are read. */
export interface ReadScope extends CallScope {
  /** Waits; ends early when the signal aborts. Tests pass in their own. */
  readonly wait: (delayMs: number) => Promise<void>;
  /** Receives failures about a single item, which is then incomplete. Without it such a failure ends the reading. */
  readonly report?: (problem: Problem) => void;
  /** Receives the failed calls of an incomplete record. */
  readonly leftOut?: (record: JsonObject, calls: readonly string[]) => void;
}

interface AskOptions {
  readonly pageSize?: number | undefined;
  /** Overrides the scope's region. */
  readonly region?: string | undefined;
}

/** Makes calls of a service and yields their outputs page by page, as the CLI prints them. */
export type Ask<Sdk, Calls extends string> = <Call extends Calls>(
  call: Call,
  input: InputOf<Sdk, Call>,
  options?: AskOptions,
) => AsyncGenerator<Cli<OutputOf<Sdk, Call>>>;

/** The names of the calls of an SDK module, from its commands. */
export type CallOf<Sdk> = { [Key in keyof Sdk]: Key extends `${infer Call}Command` ? Call : never }[keyof Sdk];

type Instance<Class> = Class extends abstract new (...args: never[]) => infer Value ? Value : never;
type CommandOf<Sdk, Call extends string> = `${Call}Command` extends keyof Sdk ? Instance<Sdk[`${Call}Command`]> : never;
export type InputOf<Sdk, Call extends string> = CommandOf<Sdk, Call> extends { readonly input: infer Input } ? Input : never;
export type OutputOf<Sdk, Call extends string> = GetOutputType<CommandOf<Sdk, Call>>;

/** The output of a call that has one page. */
export async function one<Output>(outputs: AsyncIterable<Output>): Promise<Output> {
  for await (const output of outputs) return output;
  throw new Error('a call gave no output');
}

/** The part of an SDK client that declarations use. */
export interface Sender {
  send(command: never, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}

interface Runner {
  send(command: object, options: { abortSignal: AbortSignal }): Promise<object>;
}
type CommandClass = new (input: object) => object;
type Paginate = (
  config: { client: Runner; withCommand: (command: { readonly input: object }) => void; pageSize?: number },
  input: object,
  options: { abortSignal: AbortSignal },
) => Paginator<object>;

/**
 * Makes calls of a service in one account and region. Pages are followed if the SDK has a paginator for the call, and each page
 * counts against the limits of its account, region and service.
 */
export function askAws<Sdk extends object>(
  service: string,
  sdk: Sdk,
  client: ClientConstructor<Sender>,
  scope: CallScope,
): Ask<Sdk, CallOf<Sdk>> {
  const module = sdk as Record<string, unknown>;
  const { reach, account, signal } = scope;

  async function* ask(call: string, input: object, { pageSize, region = scope.region }: AskOptions = {}): AsyncGenerator<object> {
    const limited = <Result>(run: () => Promise<Result>) =>
      reach.call({ account: account.id, region, call: `${service}:${call}`, signal }, run);
    const clientRegion = region === 'global' ? account.identity.homeRegion : region;
    const runner = reach.client(client as unknown as ClientConstructor<Runner>, account.identity, clientRegion);
    const options = { abortSignal: signal };
    const paginate = module[`paginate${call}`] as Paginate | undefined;
    if (paginate === undefined) {
      const command = new (module[`${call}Command`] as CommandClass)(input);
      yield toCliRecord(await limited(() => runner.send(command, options)));
      return;
    }
    const inTurn = onlyForward(`${service}:${call}`);
    // The inputs of a listing's pages differ only in the token.
    const withCommand = (command: { readonly input: object }) => inTurn(JSON.stringify(command.input));
    const pages = paginate({ client: runner, withCommand, ...(pageSize === undefined ? {} : { pageSize }) }, input, options);
    for (let truncated = false; ; ) {
      const page = await limited(() => pages.next());
      if (page.done === true) {
        if (truncated) throw cutShort(`${service}:${call}`);
        return;
      }
      truncated = 'IsTruncated' in page.value && page.value.IsTruncated === true;
      yield toCliRecord(page.value);
    }
  }
  return ask as Ask<Sdk, CallOf<Sdk>>;
}
