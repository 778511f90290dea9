import type { Account, Reach } from '../aws/reach.ts';
import type { ReadScope } from '../collectors/inventory/ask-aws.ts';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { lookUpEvents } from '../collectors/inventory/look-up-events.ts';
import { readAuthorizationDetails } from '../collectors/inventory/read-authorization-details.ts';
import { kinds as allKinds } from '../collectors/inventory/registry.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';

export interface ProbeOptions {
  readonly reach: Reach;
  readonly account: Account;
  /** The region in which regional kinds are tested; undefined where no region of the account is known. */
  readonly region: string | undefined;
  readonly kinds: readonly ResourceKind[];
  readonly signal: AbortSignal;
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

export interface Probe {
  /** Calls that were answered, such as `ec2:DescribeInstances`. */
  readonly allowed: ReadonlySet<string>;
  /** The IAM actions that are missing. */
  readonly denied: readonly string[];
  /** Calls that were not tested: they need an item that does not exist, or follow a call that is denied. */
  readonly notAsked: readonly string[];
  /** Failures other than denials. */
  readonly problems: readonly Problem[];
}

/** How often the same call is made at most, since a first page may have a thousand items that each need calls of their own. */
const SAME_CALL = 20;
/** How long to wait for a credential report, which AWS usually makes within seconds. */
const MAX_WAIT_MS = 10_000;
const ENOUGH = new OrgscopeError('interrupted', 'asked often enough', '');

/** Calls that pipelines make for a kind and that no kind declares, by their action. */
const LOOKUPS: Readonly<Record<string, (scope: ReadScope) => AsyncGenerator<unknown>>> = {
  'cloudtrail:LookupEvents': (scope) => lookUpEvents(scope, { resource: 'i-0', since: undefined, atMost: 1 }),
  'iam:GetAccountAuthorizationDetails': (scope) => readAuthorizationDetails(scope, ['User']),
};

/** Yields which calls of these kinds an account allows, by reading the first page of each. */
export async function probeCalls({ reach, account, region, kinds, signal, wait }: ProbeOptions): Promise<Probe> {
  const allowed = new Set<string>();
  const denied = new Set<string>();
  const problems: Problem[] = [];
  const actions = new Set(kinds.flatMap((kind) => kind.actions));
  // A kind may need another kind's call: security groups need the network interfaces that they are connected to.
  const needed = allKinds.filter((kind) => kinds.includes(kind) || actions.has(`${kind.service}:${kind.call}`));

  const probe = async (region: string | undefined, kind: string | undefined, read: (scope: ReadScope) => AsyncGenerator) => {
    if (region === undefined) return;
    const counts = new Map<string, number>();
    let waitedMs = 0;
    const scope: ReadScope = {
      account,
      region,
      signal,
      async wait(delayMs) {
        waitedMs += delayMs;
        if (waitedMs > MAX_WAIT_MS) throw ENOUGH;
        await wait(delayMs, signal);
      },
      report(problem) {
        if (problem.code !== 'denied') problems.push(problem);
        else for (const action of problem.where.action?.split(', ') ?? []) denied.add(action);
      },
      reach: {
        ...reach,
        async call(called, run) {
          const count = counts.get(called.call) ?? 0;
          if (count >= SAME_CALL) throw ENOUGH;
          counts.set(called.call, count + 1);
          const result = await reach.call(called, run);
          allowed.add(called.call);
          return result;
        },
      },
    };
    const pages = read(scope);
    try {
      await pages.next();
    } catch (error) {
      signal.throwIfAborted();
      if (error === ENOUGH) return;
      const problem = toProblem(error, { account: account.id, region, ...(kind === undefined ? {} : { kind }) });
      if (problem.code === 'denied') denied.add(problem.where.action ?? problem.message);
      else problems.push(problem);
    } finally {
      await pages.return(undefined);
    }
  };

  await Promise.all([
    ...needed.map((kind) => probe(kind.scope === 'global' ? 'global' : region, kind.name, (scope) => kind.read(scope))),
    ...Object.entries(LOOKUPS).flatMap(([action, read]) =>
      actions.has(action) ? [probe(action.startsWith('iam:') ? 'global' : region, undefined, read)] : [],
    ),
  ]);
  const calls = new Set(needed.flatMap(({ service, calls }) => calls.map((call) => `${service}:${call}`)));
  return {
    allowed,
    denied: [...denied].sort(),
    notAsked: [...calls].filter((call) => !allowed.has(call) && !denied.has(call)).sort(),
    problems,
  };
}
