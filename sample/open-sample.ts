import { setImmediate } from 'node:timers/promises';
import type { HttpResponse } from '@smithy/core/protocols';
import type { AwsCredentialIdentity, HttpHandlerOptions, HttpRequest } from '@smithy/types';
import type { HostSource } from '../core/monitored-host.ts';
import { openCalendar } from './calendar.ts';
import { openEstate } from './estate/estate.ts';
import { monitoredHosts } from './estate/monitored-hosts.ts';
import { type Fact, plantedFacts } from './facts.ts';
import { makeOrganisation } from './organisation.ts';
import { makeBuckets, type SampleBucket } from './storage/buckets.ts';
import { accessKeyOf, readCall } from './wire/read-call.ts';
import { errorResponse, nothing, type Service, WireError } from './wire/service.ts';

/** Where a pipeline finds its files. */
interface SampleTarget {
  readonly bucket: string;
  readonly prefix: string;
  /** Account that owns the bucket, and whose role reads it. */
  readonly account: string;
}

/** Stands in for the network: what an SDK client takes as its `requestHandler`. */
interface SampleRequestHandler {
  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }>;
  updateHttpClientConfig(key: never, value: never): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
}

/** An organisation that exists only here: it answers where the SDK would send a request, so that all code above is the real code. */
export interface Sample {
  readonly requestHandler: SampleRequestHandler;
  /** Those of a user in the management account. */
  readonly credentials: AwsCredentialIdentity;
  readonly managementAccountId: string;
  /** How many accounts can be read. */
  readonly accountCount: number;
  /** Any role of any account can be assumed; this is what AWS itself creates. */
  readonly roleName: string;
  readonly homeRegion: string;
  readonly trails: readonly SampleTarget[];
  readonly billing: readonly SampleTarget[];
  /** Buckets whose objects are listed. */
  readonly objects: readonly SampleTarget[];
  /** The same as the texts of a folder of lists, by file name: what the user would have edited. The accounts come from the organisation. */
  readonly lists: Readonly<Record<string, string>>;
  /** The machines that its monitoring knows. */
  readonly monitoring: HostSource;
  /** What was planted to be found. */
  readonly facts: readonly Fact[];
}

const SAMPLE_SEED = 1;

export function openSample({ seed = SAMPLE_SEED, now }: { readonly seed?: number; readonly now: Date }): Sample {
  const organisation = makeOrganisation(seed);
  const calendar = openCalendar(now);
  const estate = openEstate(organisation, calendar);
  const buckets = makeBuckets(estate);

  // Each is loaded when first called: an SDK client costs up to 100 ms of start-up.
  const services = new Map<string, () => Promise<Service>>([
    ['ec2', once(async () => (await import('./wire/ec2.ts')).ec2(estate))],
    ['rds', once(async () => (await import('./wire/rds.ts')).rds(estate))],
    ['monitoring', once(async () => (await import('./wire/cloudwatch.ts')).cloudwatch(estate))],
    ['iam', once(async () => (await import('./wire/iam.ts')).iam(estate))],
    ['sts', once(async () => (await import('./wire/sts.ts')).sts(estate))],
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
    return nothing(call, requestId);
  };

  const target =
    (prefix: string) =>
    (bucket: SampleBucket): SampleTarget => ({ bucket: bucket.name, prefix, account: bucket.account.id });
  const trails = [buckets.trails].map(target('AWSLogs/'));
  const billing = [buckets.billing].map(target('cur/'));
  const objects = buckets.listed.map(target(''));
  const lines = (targets: readonly SampleTarget[]): string =>
    targets.map(({ bucket, prefix, account }) => `${bucket}/${prefix} ${account}\n`).join('');
  const owners = [...new Set(buckets.all.map(({ account }) => account.id))];
  return {
    requestHandler: {
      handle: async (request, options) => {
        if (options?.abortSignal?.aborted) throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
        // As with a network, others get their turn meanwhile: else a run over the sample would hold up the page.
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
    trails,
    billing,
    objects,
    lists: {
      'account.txt': '',
      'account_s3.txt': owners.map((id) => `${id}\n`).join(''),
      'bucket_s3.txt': lines(objects),
      'trails.txt': lines(trails),
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
