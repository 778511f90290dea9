import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { DAY_MS } from '../../core/day-ms.ts';
import { DAYS, HOUR_MS } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import { HOME_REGION, type SampleAccount } from '../organisation.ts';
import { seeded } from '../random.ts';
import { type StoredObject, storedContent } from '../storage/stored-object.ts';
import { accountEvents } from './account-events.ts';
import { everyday, signIns } from './everyday.ts';
import type { Happening } from './happening.ts';
import { BURST, burstTime } from './refused-burst.ts';

/**
 * The objects of the organisation's trail: one per account, region and day, some digests and an insight. (CloudTrail itself
 * writes an object about every five minutes; the sample has fewer, so that it is made quickly.) The object of a past day never
 * changes. Today's object gets a new name every hour and holds the events of the day so far.
 */
export function trailObjects(estate: Estate): StoredObject[] {
  const { organisation, calendar } = estate;
  const objects: StoredObject[] = [];
  const lastDay = Math.floor(calendar.today / DAY_MS);
  for (const account of organisation.accounts) {
    if (account.suspended) continue;
    const events = accountEvents(estate, account);
    for (let day = lastDay - DAYS + 1; day <= lastDay; day += 1) {
      const end = Math.min((day + 1) * DAY_MS, calendar.now);
      if (end === day * DAY_MS) continue;
      for (const region of account.regions) {
        const own = events.get(`${region}/${day}`) ?? [];
        const happenings = () => [
          ...own,
          ...(region === account.home ? everyday(estate, account, day) : []),
          ...(region === 'us-east-1' ? signIns(estate, account, day) : []),
        ];
        const busy =
          region === account.home || own.length > 0 || (region === 'us-east-1' && signIns(estate, account, day).length > 0);
        if (!busy) continue;
        const key = trailKey(
          organisation.id,
          account,
          region,
          'CloudTrail',
          end - 5 * 60_000,
          seeded(organisation.seed, account.id, region, end).id(16),
        );
        objects.push(storedContent(key, end, () => pack({ Records: records(account, region, end, happenings()) })));
      }
    }
    for (let week = 1; week <= 3; week += 1) objects.push(digest(estate, account, calendar.daysBefore(week * 7)));
  }
  objects.push(insight(estate));
  return objects;
}

// Level 1, because CPU time matters more here than size.
// Copied, because the buffer that zlib returns keeps a much larger one in memory.
const pack = (content: object): Buffer => Buffer.from(gzipSync(JSON.stringify(content), { level: 1 }));

const stamp = (time: number): string => new Date(time).toISOString().replace(/[-:]/g, '').slice(0, 13);

function trailKey(
  organisation: string,
  { id }: SampleAccount,
  region: string,
  folder: string,
  time: number,
  suffix: string,
): string {
  const date = new Date(time).toISOString().slice(0, 10).replaceAll('-', '/');
  return `AWSLogs/${organisation}/${id}/${folder}/${region}/${date}/${id}_${folder}_${region}_${stamp(time)}Z_${suffix}.json.gz`;
}

function records(account: SampleAccount, region: string, end: number, happenings: readonly Happening[]): object[] {
  return happenings
    .filter(({ time }) => time < end)
    .sort((left, right) => left.time - right.time)
    .map((happening) => {
      // Derived from the event and not from its position: an event keeps its id when later events of the day are added.
      const ids = seeded(account.id, region, happening.time, happening.source, happening.name, happening.about ?? '');
      // The time is part of the id: a random stream has a seed of 32 bits, and with this many events ids would collide.
      const time = happening.time.toString(16).padStart(12, '0');
      return record(account, region, happening, uuid(time + ids.hex(20)), uuid(ids.hex(32)));
    });
}

const uuid = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;

const seconds = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

function record(account: SampleAccount, region: string, happening: Happening, id: string, requestId: string): object {
  const { error } = happening;
  return {
    eventVersion: '1.11',
    userIdentity: happening.who,
    eventTime: seconds(happening.time),
    eventSource: `${happening.source}.amazonaws.com`,
    eventName: happening.name,
    awsRegion: region,
    sourceIPAddress: happening.ip,
    userAgent: happening.agent ?? happening.ip,
    ...(error === undefined ? {} : { ...(error.code === '' ? {} : { errorCode: error.code }), errorMessage: error.message }),
    requestParameters: happening.request,
    responseElements: happening.readOnly ? null : happening.response,
    requestID: requestId,
    eventID: id,
    readOnly: happening.readOnly,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account.id,
    eventCategory: 'Management',
    ...(happening.ip.endsWith('.amazonaws.com')
      ? {}
      : {
          tlsDetails: {
            tlsVersion: 'TLSv1.3',
            cipherSuite: 'TLS_AES_128_GCM_SHA256',
            clientProvidedHostHeader: `${happening.source}.${region}.amazonaws.com`,
          },
        }),
    ...happening.extra,
  };
}

/** A digest: the hourly list of the objects that CloudTrail delivered. The sample has no key, so its signature cannot be verified. */
function digest({ organisation }: Estate, account: SampleAccount, time: number): StoredObject {
  const trail = 'examplecorp-organisation';
  const date = new Date(time).toISOString().slice(0, 10).replaceAll('-', '/');
  const folder = `AWSLogs/${organisation.id}/${account.id}/CloudTrail-Digest/${HOME_REGION}/${date}`;
  const key = `${folder}/${account.id}_CloudTrail-Digest_${HOME_REGION}_${trail}_${HOME_REGION}_${new Date(time).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z.json.gz`;
  return storedContent(key, time, () =>
    pack({
      awsAccountId: account.id,
      digestStartTime: seconds(time - HOUR_MS),
      digestEndTime: seconds(time),
      digestS3Bucket: `examplecorp-cloudtrail-${organisation.account('log-archive').id}`,
      digestS3Object: key,
      digestPublicKeyFingerprint: createHash('md5').update(account.id).digest('hex'),
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: null,
      oldestEventTime: null,
      previousDigestS3Bucket: null,
      previousDigestS3Object: null,
      previousDigestHashValue: null,
      previousDigestHashAlgorithm: null,
      previousDigestSignature: null,
      logFiles: [],
    }),
  );
}

/** The CloudTrail Insights events about the refused calls: the start and the end of the unusual error rate. */
function insight(estate: Estate): StoredObject {
  const { organisation } = estate;
  const account = organisation.account('payments-prod');
  const start = burstTime(estate);
  const end = start + BURST * 6_000;
  const random = seeded(organisation.seed, 'insight');
  const shared = uuid(random.hex(32));
  const one = (state: 'Start' | 'End', time: number) => ({
    eventVersion: '1.09',
    eventTime: seconds(time),
    awsRegion: account.home,
    eventID: uuid(random.hex(32)),
    eventType: 'AwsCloudTrailInsight',
    recipientAccountId: account.id,
    sharedEventID: shared,
    insightDetails: {
      state,
      eventSource: 'iam.amazonaws.com',
      eventName: 'ListUsers',
      insightType: 'ApiErrorRateInsight',
      errorCode: 'AccessDenied',
      insightContext: {
        statistics: { baseline: { average: 0.0003 }, insight: { average: 10 }, insightDuration: 18, baselineDuration: 10_080 },
      },
    },
    eventCategory: 'Insight',
  });
  const key = trailKey(organisation.id, account, account.home, 'CloudTrail-Insight', end, random.id(16));
  return storedContent(key, end + 300_000, () => pack({ Records: [one('Start', start), one('End', end)] }));
}
