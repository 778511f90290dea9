import { setImmediate } from 'node:timers/promises';
import type { HttpResponse } from '@smithy/core/protocols';
import type { AwsCredentialIdentity, HttpHandlerOptions, HttpRequest } from '@smithy/types';
import type { HostSource } from '../core/monitored-host.ts';
import { openCalendar } from './calendar.ts';
import { openEstate } from './estate/estate.ts';
import { monitoredHosts } from './estate/monitored-hosts.ts';
import { type Fact, plantedFacts } from './facts.ts';
import { FUNCTION_GROUPS, FUNCTIONS_ACCOUNT } from './logs/function-events.ts';
import { makeOrganisation } from './organisation.ts';
import { makeBuckets, type SampleBucket } from './storage/buckets.ts';
import { accessKeyOf, readCall } from './wire/read-call.ts';
import { emptyAnswer, errorResponse, type Service, WireError } from './wire/service.ts';

/** The bucket and prefix that a pipeline reads. */
interface SampleTarget {
  readonly bucket: string;
  readonly prefix: string;
  /** The account that owns the bucket; its role reads the bucket. */
  readonly account: string;
}

/** Takes the place of the network: an SDK client accepts it as its `requestHandler`. */
interface SampleRequestHandler {
  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }>;
  updateHttpClientConfig(key: never, value: never): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
}

/** A made-up organisation. It answers the SDK's HTTP requests, so that all code above the SDK runs as it does with AWS. */
export interface Sample {
  readonly requestHandler: SampleRequestHandler;
  /** The credentials of a user in the management account. */
  readonly credentials: AwsCredentialIdentity;
  readonly managementAccountId: string;
  /** The number of active accounts. */
  readonly accountCount: number;
  /** The role that AWS Organizations creates in member accounts. The sample lets any other role be assumed too. */
  readonly roleName: string;
  readonly homeRegion: string;
  /** The regions that any of its accounts has enabled. */
  readonly regions: readonly string[];
  readonly trails: readonly SampleTarget[];
  readonly billing: readonly SampleTarget[];
  readonly logs: readonly SampleTarget[];
  /** Buckets whose objects are listed. */
  readonly objects: readonly SampleTarget[];
  /** The texts of the list files by file name, as a user would write them. `account.txt` is empty: the accounts come from the organisation. */
  readonly lists: Readonly<Record<string, string>>;
  /** The hosts that the organisation's monitoring system knows. */
  readonly monitoring: HostSource;
  /** The findings that were planted. */
  readonly facts: readonly Fact[];
}

const SAMPLE_SEED = 1;

/** The folders of the archive of service logs. */
const LOG_PREFIXES = ['AWSLogs/', 'cloudfront/', 'cloudwatch/', 's3-access/'];

export function openSample({ seed = SAMPLE_SEED, now }: { readonly seed?: number; readonly now: Date }): Sample {
  const organisation = makeOrganisation(seed);
  const calendar = openCalendar(now);
  const estate = openEstate(organisation, calendar);
  const buckets = makeBuckets(estate);

  // A service is loaded at its first call, since loading an SDK client takes up to 100 ms.
  const services = new Map<string, () => Promise<Service>>([
    ['ec2', once(async () => (await import('./wire/ec2.ts')).ec2(estate))],
    ['rds', once(async () => (await import('./wire/rds.ts')).rds(estate))],
    ['monitoring', once(async () => (await import('./wire/cloudwatch.ts')).cloudwatch(estate))],
    ['iam', once(async () => (await import('./wire/iam.ts')).iam(estate))],
    ['sts', once(async () => (await import('./wire/sts.ts')).sts(estate))],
    ['elasticloadbalancing', once(async () => (await import('./wire/elasticloadbalancing.ts')).elasticLoadBalancing(estate))],
    ['ecs', once(async () => (await import('./wire/ecs.ts')).ecs(estate))],
    ['logs', once(async () => (await import('./wire/logs.ts')).logs(estate))],
    ['organizations', once(async () => (await import('./wire/organizations.ts')).organizations(estate))],
  ]);
  const backups = once(async () => (await import('./wire/backup.ts')).backup(estate));
  const storage = once(async () => (await import('./wire/s3.ts')).s3(buckets));

  let requests = 0;
  const answer = async (request: HttpRequest): Promise<HttpResponse> => {
    requests += 1;
    const requestId = `sample-${requests}`;
    const call = readCall(request);
    if (call === undefined) {
      return errorResponse(
        'query',
        new WireError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'),
        requestId,
      );
    }
    if (call.service === 's3') return (await storage())(call, request, requestId);
    if (call.service === 'backup') return (await backups())(call, request, requestId);
    const service = services.get(call.service);
    if (service !== undefined) return (await service())(call, requestId);
    return emptyAnswer(call, requestId);
  };

  const target =
    (prefix: string) =>
    (bucket: SampleBucket): SampleTarget => ({ bucket: bucket.name, prefix, account: bucket.account.id });
  const trails = [buckets.trails].map(target('AWSLogs/'));
  const billing = [buckets.billing].map(target('cur/'));
  const logs = LOG_PREFIXES.map((prefix) => target(prefix)(buckets.logs));
  const objects = buckets.listed.map(target(''));
  const lines = (targets: readonly SampleTarget[]): string =>
    targets.map(({ bucket, prefix, account }) => `${bucket}/${prefix} ${account}\n`).join('');
  const owners = [...new Set(buckets.all.map(({ account }) => account.id))];
  return {
    requestHandler: {
      handle: async (request, options) => {
        if (options?.abortSignal?.aborted) throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
        // Yields to the event loop, as a network would: otherwise a run over the sample would block the HTTP server.
        await setImmediate();
        return { response: await answer(request) };
      },
      updateHttpClientConfig: () => {},
      httpHandlerConfigs: () => ({}),
      destroy: () => {},
    },
    credentials: { accessKeyId: accessKeyOf(organisation.managementId, 'AKIA'), secretAccessKey: 'sample' },
    managementAccountId: organisation.managementId,
    accountCount: organisation.accounts.filter(({ suspended }) => !suspended).length,
    roleName: 'OrganizationAccountAccessRole',
    homeRegion: 'us-east-1',
    regions: [...new Set(organisation.accounts.flatMap(({ regions }) => regions))].sort(),
    trails,
    billing,
    logs,
    objects,
    lists: {
      'account.txt': '',
      'account_s3.txt': owners.map((id) => `${id}\n`).join(''),
      'bucket_s3.txt': lines(objects),
      'trails.txt': lines(trails),
      'logs.txt': lines(logs),
      'log_groups.txt': `${FUNCTION_GROUPS} ${organisation.account(FUNCTIONS_ACCOUNT).id} ${organisation.account(FUNCTIONS_ACCOUNT).home}\n`,
      'billing.txt': lines(billing),
    },
    monitoring: monitoredHosts(estate),
    facts: plantedFacts(estate, buckets),
  };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
