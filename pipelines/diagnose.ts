import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { enabledRegions } from '../aws/enabled-regions.ts';
import type { Account, BucketTarget, Identity, LogGroupTarget, QueueTarget, Reach } from '../aws/reach.ts';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { kinds as allKinds } from '../collectors/inventory/registry.ts';
import { probeQueue } from '../collectors/objects/probe-queue.ts';
import { s3Prefix } from '../collectors/objects/s3-prefix.ts';
import { sqsNotifications } from '../collectors/objects/sqs-notifications.ts';
import type { NamingList } from '../core/naming-list.ts';
import { NAMING_LISTS } from '../core/pipeline-facts.ts';
import { type Problem, toProblem, type Where } from '../core/problem.ts';
import { findLogGroup } from './find-log-group.ts';
import { type ProbeOptions, probeCalls } from './probe-calls.ts';

export interface DiagnoseOptions {
  readonly reach: Reach;
  readonly signal: AbortSignal;
  /** Default: every kind. */
  readonly kinds?: readonly ResourceKind[];
  /** Time is an effect; tests pass one that does not wait. */
  readonly wait?: ProbeOptions['wait'];
  readonly progress?: (accountsDone: number, accounts: number) => void;
}

/** What a check found. */
export interface Finding {
  readonly check: 'store' | 'lists' | 'caller' | 'clock' | 'accounts' | 'regions' | 'calls' | 'buckets' | 'queues' | 'log groups';
  /** `failed`: a run would miss something. `warning`: it might, or it is meant so. */
  readonly level: 'ok' | 'warning' | 'failed';
  readonly account?: string;
  readonly region?: string;
  /** Where in a list, or in which call; the message begins with it. */
  readonly where?: Where;
  /** How many findings of the same kind it stands for; default 1. */
  readonly count?: number;
  readonly message: string;
  /** What to do; empty where all is well. */
  readonly next: string;
}

/** AWS refuses requests that were signed more than five minutes off its own time. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html */
const SKEW_FAILED_MS = 240_000;
const SKEW_WARNING_MS = 60_000;
/** Accounts and buckets checked at once; `reach` limits their calls as well. */
const CONCURRENCY = 8;

/** Codes of problems with a line itself, rather than with the account that it names. */
const LINE_CODES: ReadonlySet<string> = new Set(['malformed', 'missing', 'usage']);
/** Failures that pass, or that come from a service that is not used: a run reports them and loses no data. */
const PASSING_CODES: ReadonlySet<string> = new Set(['missing', 'throttled']);

/** Yields the problems that a run would have, found with as few calls as possible: lists, caller, clock, accounts, regions, calls, buckets, queues. */
export async function* diagnose(options: DiagnoseOptions): AsyncGenerator<Finding> {
  const { reach, signal, progress } = options;
  const [caller, ...lists] = await Promise.all([
    reach.identity().catch((error: unknown) => toProblem(error)),
    ...NAMING_LISTS.map((list) => readNamed(list, reach)),
  ]);
  const problems = lists.flatMap((list) => list.problems);

  for (const list of lists) yield* listFindings(list);
  yield callerFinding(caller, problems);
  yield* clockFindings(reach.clockSkewMs());

  // The same account fails for the same reason in each list that names it.
  const reported = new Set<string>();
  for (const problem of problems.filter((each) => !isLineProblem(each) && each.code !== 'empty')) {
    const finding = fromProblem('accounts', problem, problem.severity === 'failed' ? 'failed' : 'warning');
    if (reported.has(JSON.stringify(finding))) continue;
    reported.add(JSON.stringify(finding));
    yield finding;
  }

  for (const { list, accounts } of lists) {
    if (list.names !== 'accounts') continue;
    const kinds = list.kinds === undefined ? undefined : allKinds.filter(({ name }) => list.kinds?.includes(name));
    let done = 0;
    yield* inOrder(accounts, async (account) => {
      if (kinds !== undefined) return checkCalls(account, undefined, kinds, options);
      const findings = await checkAccount(account, options);
      progress?.(++done, accounts.length);
      return findings;
    });
  }
  for (const { list, targets, queues } of lists) {
    if (list.names !== 'buckets') continue;
    yield* inOrder(targets, (target) => checkTarget(target, list.objects === 'read', reach, signal));
    yield* inOrder(queues, (target) => checkQueue(target, reach, signal));
  }
  for (const { groups } of lists) yield* inOrder(groups, (target) => checkGroups(target, reach, signal));
}

/** What a list names; nothing and a problem where the list can't be read. */
interface Named {
  readonly list: NamingList;
  readonly accounts: readonly Account[];
  readonly targets: readonly BucketTarget[];
  readonly queues: readonly QueueTarget[];
  readonly groups: readonly LogGroupTarget[];
  readonly problems: readonly Problem[];
}

async function readNamed(list: NamingList, reach: Reach): Promise<Named> {
  const nothing = { list, accounts: [], targets: [], queues: [], groups: [] };
  try {
    if (list.names === 'log groups') {
      const { targets: groups, problems } = await reach.logGroupTargets(list);
      return { ...nothing, groups, problems };
    }
    return { ...nothing, ...(list.names === 'accounts' ? await reach.accounts(list.file) : await reach.bucketTargets(list)) };
  } catch (error) {
    return { ...nothing, problems: [toProblem(error)] };
  }
}

/** Yields the findings of each item in order; several items are checked at once. */
async function* inOrder<Item>(
  items: readonly Item[],
  check: (item: Item) => Promise<readonly Finding[]>,
): AsyncGenerator<Finding> {
  const bounded = pLimit(CONCURRENCY);
  const checks = items.map((item) => bounded(() => check(item)));
  // Prevents an unhandled rejection: the loop below awaits the same promises.
  for (const each of checks) each.catch(() => undefined);
  for (const each of checks) yield* await each;
}

function* listFindings({ list, accounts, targets, queues, groups, problems }: Named): Generator<Finding> {
  const ofLines = problems.filter(isLineProblem);
  for (const problem of ofLines) yield fromProblem('lists', problem, problem.severity === 'failed' ? 'failed' : 'warning');
  const empty = problems.find(({ code }) => code === 'empty');
  if (empty !== undefined && list.names === 'accounts' && list.expected === true) yield fromProblem('lists', empty, 'warning');
  const named = [...accounts, ...targets, ...queues, ...groups].some(({ origin }) => origin !== 'organization');
  const anyLine = named || problems.some(({ where, code }) => where.file !== undefined && code !== 'empty');
  if (anyLine && ofLines.length === 0)
    yield { check: 'lists', level: 'ok', message: `${list.file}: every line is understood`, next: '' };
}

const isLineProblem = ({ code, where }: Problem): boolean => where.file !== undefined && LINE_CODES.has(code);

function callerFinding(caller: Identity | Problem, problems: readonly Problem[]): Finding {
  if (!('code' in caller)) {
    const profile = caller.profile === undefined ? '' : `, profile ${caller.profile}`;
    return {
      check: 'caller',
      level: 'ok',
      ...(caller.account && { account: caller.account }),
      message: `${caller.arn ?? caller.key}${profile}`,
      next: '',
    };
  }
  // Lists that name a profile in each line never need the caller.
  return fromProblem(
    'caller',
    caller,
    problems.some(({ severity, code }) => severity === 'failed' && code !== 'empty') ? 'failed' : 'warning',
  );
}

function* clockFindings(skewMs: number | undefined): Generator<Finding> {
  if (skewMs === undefined) return;
  const off = Math.abs(skewMs);
  const level = off > SKEW_FAILED_MS ? 'failed' : off > SKEW_WARNING_MS ? 'warning' : 'ok';
  const message =
    level === 'ok'
      ? "this machine's clock agrees with AWS's"
      : `this machine's clock is ${Math.round(off / 1000)} seconds ${skewMs > 0 ? 'ahead of' : 'behind'} AWS's`;
  const next =
    level === 'ok'
      ? ''
      : 'Set the clock (timedatectl set-ntp true, or the NTP of your system): AWS refuses calls that are five minutes off.';
  yield { check: 'clock', level, message, next };
}

async function checkAccount(account: Account, options: DiagnoseOptions): Promise<Finding[]> {
  const { reach, signal, kinds = allKinds } = options;
  const { id, name, identity, regions: listed, origin } = account;
  const findings: Finding[] = [];
  const add = (check: Finding['check'], level: Finding['level'], message: string, next = '', region?: string) =>
    findings.push({ check, level, account: id, ...(region === undefined ? {} : { region }), message, next });

  add('accounts', 'ok', `${name === id ? '' : `${name}: `}read through ${readerOf(identity)}`);

  const enabled = await enabledRegions(reach, account).catch((error: unknown) => toProblem(error, { account: id }));
  signal.throwIfAborted();
  let regions = listed ?? [];
  if ('code' in enabled) {
    // Where the list names regions, a run does not need those that are enabled.
    findings.push(fromProblem('regions', enabled, listed === undefined ? 'failed' : 'warning'));
  } else {
    const disabled = regions.filter((region) => !enabled.includes(region));
    for (const region of disabled) {
      const command = `aws account enable-region --account-id ${id} --region-name ${region}`;
      const where = origin === 'organization' ? '--regions' : `${origin} or --regions`;
      add(
        'regions',
        'failed',
        'the region is not enabled in this account',
        `Take it out of ${where}, or enable it: ${command}`,
        region,
      );
    }
    regions = listed === undefined ? enabled : regions.filter((region) => enabled.includes(region));
    if (regions.length > 0)
      add('regions', 'ok', `${listed === undefined ? `${regions.length} enabled` : 'named and enabled'}: ${regions.join(', ')}`);
  }

  // The home region most likely has resources; organisations deny regions that they don't use.
  const region = listed === undefined && regions.includes(identity.homeRegion) ? identity.homeRegion : regions[0];
  return [...findings, ...(await checkCalls(account, region, kinds, options))];
}

async function checkCalls(
  account: Account,
  region: string | undefined,
  kinds: readonly ResourceKind[],
  { reach, signal, wait = (delayMs, stop) => sleep(delayMs, undefined, { signal: stop }) }: DiagnoseOptions,
): Promise<Finding[]> {
  const { id, identity } = account;
  const findings: Finding[] = [];
  const add = (level: Finding['level'], message: string, next = ''): void => {
    findings.push({ check: 'calls', level, account: id, ...(region === undefined ? {} : { region }), message, next });
  };
  const { allowed, denied, notAsked, problems } = await probeCalls({ reach, account, region, kinds, signal, wait });
  const asked = `${allowed.size} calls are allowed${notAsked.length === 0 ? '' : `; not tested, since no item needs them: ${notAsked.join(', ')}`}`;
  if (denied.length === 0) add('ok', asked);
  else {
    const next = `Allow ${denied.join(', ')} in the policy of ${readerOf(identity)} ("orgscope policy" prints all that is needed); a service control policy may deny it too.`;
    add('failed', `denied: ${denied.join(', ')} (${asked})`, next);
  }
  for (const problem of problems)
    findings.push(fromProblem('calls', problem, PASSING_CODES.has(problem.code) ? 'warning' : 'failed'));
  return findings;
}

/** Lists the first page and, where the pipeline reads objects, opens one of them, which may need a KMS key as well. */
async function checkTarget(target: BucketTarget, opens: boolean, reach: Reach, signal: AbortSignal): Promise<Finding[]> {
  const { identity, bucket, prefix, origin } = target;
  const source = s3Prefix({ reach, identity, bucket, prefix });
  const account = identity.account === undefined ? {} : { account: identity.account };
  const location = `${origin}: ${source.name}`;
  try {
    for await (const object of source.list(signal)) {
      if (opens) (await object.open(signal)).body.destroy();
      return [
        {
          check: 'buckets',
          level: 'ok',
          ...account,
          message: `${location} can be ${opens ? 'listed and read' : 'listed'}`,
          next: '',
        },
      ];
    }
    return [
      {
        check: 'buckets',
        level: 'warning',
        ...account,
        message: `${location} can be listed, and holds nothing`,
        next: 'Check the prefix, unless the first delivery is still to come.',
      },
    ];
  } catch (error) {
    signal.throwIfAborted();
    const problem = toProblem(error, account);
    return [{ ...fromProblem('buckets', problem, 'failed'), message: `${location}: ${problem.message}` }];
  }
}

/** Tests receiving, holding and deleting without deleting a real message; and opens an object that a message announces. */
async function checkQueue(target: QueueTarget, reach: Reach, signal: AbortSignal): Promise<Finding[]> {
  const { identity, url, origin } = target;
  const account = identity.account === undefined ? {} : { account: identity.account };
  try {
    const announced = await probeQueue(reach, target, signal);
    if (announced !== undefined) {
      const queue = sqsNotifications({ reach, target });
      (await (await queue.open(announced, signal)).open(signal)).body.destroy();
    }
    const read =
      announced === undefined ? ', and it holds no message about an object' : ', and an object that it announces can be read';
    return [{ check: 'queues', level: 'ok', ...account, message: `${origin}: ${url} can be received from${read}`, next: '' }];
  } catch (error) {
    signal.throwIfAborted();
    const problem = toProblem(error, account);
    // The object may have been deleted since it was announced.
    const level = problem.where.call?.startsWith('s3:') === true && problem.code === 'missing' ? 'warning' : 'failed';
    return [{ ...fromProblem('queues', problem, level), message: `${origin}: ${url}: ${problem.message}` }];
  }
}

/** Lists the log groups of a line in one account and region, and asks for events of the first of them. */
async function checkGroups({ pattern, accounts, origin }: LogGroupTarget, reach: Reach, signal: AbortSignal): Promise<Finding[]> {
  const [account] = accounts;
  if (account === undefined) return [];
  const location = `${origin}: ${pattern}`;
  try {
    const { region, group } = await findLogGroup(pattern, account, reach, signal);
    const about = { check: 'log groups', account: account.id, region } as const;
    if (group !== undefined) return [{ ...about, level: 'ok', message: `${location}: ${group} can be read`, next: '' }];
    const next = 'Check the name, unless the group lies in another account or region, or is still to come.';
    return [{ ...about, level: 'warning', message: `${location} names no log group in this region`, next }];
  } catch (error) {
    signal.throwIfAborted();
    const problem = toProblem(error, { account: account.id });
    return [{ ...fromProblem('log groups', problem, 'failed'), message: `${location}: ${problem.message}` }];
  }
}

const readerOf = ({ key, arn }: Identity): string => (key.startsWith('role:') ? key.slice('role:'.length) : (arn ?? key));

function fromProblem(check: Finding['check'], { message, next, where, count }: Problem, level: Finding['level']): Finding {
  const { account, region } = where;
  return {
    check,
    level,
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
    where,
    ...(count === undefined ? {} : { count }),
    message: `${placeBefore(where)}${message}`,
    next,
  };
}

/** The beginning of a finding's message: where it is. */
export const placeBefore = ({ file, line, kind }: Where): string =>
  [file === undefined ? undefined : line === undefined ? file : `${file}:${line}`, kind]
    .flatMap((part) => (part === undefined ? [] : `${part}: `))
    .join('');
