import { SPIKE_MACHINES, spikeDay } from './bill/cost-spike.ts';
import { dateOf } from './calendar.ts';
import { FAILING } from './estate/backups.ts';
import type { Estate } from './estate/estate.ts';
import { rootSignIn } from './estate/users.ts';
import { DENIED_ROLE } from './logs/access-logs.ts';
import { OUTAGE } from './logs/balancer-logs.ts';
import { DEPLOYED, DEPLOYMENT } from './logs/container-lines.ts';
import { SCANNER } from './logs/log-hour.ts';
import { type Buckets, FORGOTTEN } from './storage/buckets.ts';
import { BURST, burstTime, STRANGER } from './trail/refused-burst.ts';

/** A finding that was planted in the sample. */
export interface Fact {
  readonly id: string;
  /** One sentence that holds for every seed and day; docs/sample.md lists it. */
  readonly sentence: string;
  /** The dashboard, page or search that shows it. */
  readonly where: string;
  /** The account ids, resource ids and dates of this sample that it is about. */
  readonly at: Readonly<Record<string, string>>;
}

/** All findings that were planted in this sample. */
export function plantedFacts(estate: Estate, buckets: Buckets): Fact[] {
  const { organisation, calendar } = estate;
  const id = (name: string): string => organisation.account(name).id;
  const at = (name: string, more: Record<string, string> = {}): Record<string, string> => ({ account: id(name), ...more });
  return [
    fact(
      'unused-security-group',
      'In payments-prod the security group payments-migration-2023 is attached to nothing.',
      'search awscli-current for resource.name:payments-migration-2023; resource.connected is false',
      at('payments-prod'),
    ),
    fact(
      'open-ssh',
      'In mobile-dev the security group dev-ssh-from-anywhere opens port 22 to the whole world.',
      'search awscli-current for resource.name:dev-ssh-from-anywhere; resource.open_to_internet is true',
      at('mobile-dev'),
    ),
    fact(
      'inactive-administrator',
      'In payments-prod the administrator d.keller has a password, no second factor, and has not signed in for over 200 days.',
      'search awsusers for user.administrator:true AND user.inactive:true AND user.root:false',
      at('payments-prod'),
    ),
    fact(
      'root-sign-in',
      'Someone signed in as root of marketing-web without a second factor.',
      'CloudTrail dashboard, sign-ins by root; search awscli-trail-* for event.action:ConsoleLogin and the account',
      at('marketing-web', { day: dateOf(rootSignIn(calendar)) }),
    ),
    fact(
      'old-access-keys',
      'In logistics-prod the user edi-gateway has two active access keys, both more than two years old.',
      'search awsusers for user.active_access_keys:2',
      at('logistics-prod'),
    ),
    fact(
      'unencrypted-snapshot',
      'In corp-it the snapshot hr-fileserver-manual is not encrypted.',
      'search awscli-current for resource.name:hr-fileserver-manual',
      at('corp-it'),
    ),
    fact(
      'public-image',
      'In marketing-web the image campaign-site-2019 is public, and the oldest of the organisation.',
      'search awscli-current for resource.name:campaign-site-2019',
      at('marketing-web'),
    ),
    fact(
      'stopped-instance',
      'In orders-staging the instance orders-loadtest-2025 has been stopped for over 60 days.',
      'search awscli-current for resource.name:orders-loadtest-2025',
      at('orders-staging', { since: dateOf(calendar.daysBefore(62)) }),
    ),
    fact(
      'failing-backup',
      `In ${FAILING.account} every backup of the database ${FAILING.database} fails.`,
      'Backups dashboard, jobs that failed',
      at(FAILING.account, { database: FAILING.database }),
    ),
    fact(
      'public-database',
      'In marketing-web the database newsletter-legacy is publicly accessible and not encrypted.',
      'search awscli-current for resource.name:newsletter-legacy',
      at('marketing-web'),
    ),
    fact(
      'cost-spike',
      `For one day ml-research ran ${SPIKE_MACHINES} g5.2xlarge instances, at 6,981 US dollars.`,
      'Billing dashboard, cost per day',
      at('ml-research', { day: dateOf(spikeDay(estate)) }),
    ),
    fact(
      'denied-region',
      'In audit a service control policy forbids rds:DescribeDBInstances in ap-southeast-2.',
      'the run page: one failed job with account, region, call and the missing action; every inventory run of the sample ends so',
      at('audit', { region: 'ap-southeast-2' }),
    ),
    fact(
      'suspended-account',
      'The account legacy-erp is suspended and left out, which the run says.',
      'the run page, among the notices',
      at('legacy-erp'),
    ),
    fact(
      'refused-burst',
      `${BURST} calls with the keys of ci-deploy in payments-prod were refused within 18 minutes, all from ${STRANGER}.`,
      `CloudTrail dashboard, failed calls; search awscli-trail-* for source.ip:${STRANGER}`,
      at('payments-prod', { time: new Date(burstTime(estate)).toISOString() }),
    ),
    fact(
      'forgotten-object',
      `In ml-research one object of 1.9 TiB (${FORGOTTEN.key}) has lain in the dearest storage class since 2022.`,
      'S3 dashboard, largest objects',
      at('ml-research', { bucket: buckets.listed.find(({ account }) => account.name === 'ml-research')?.name ?? '' }),
    ),
    fact(
      'unused-nat-gateway',
      'In search-staging the NAT gateway search-nat-unused costs money every hour and carries nothing.',
      'Billing: its resource has NatGateway-Hours but no NatGateway-Bytes',
      at('search-staging'),
    ),
    ...logFacts(at),
  ];
}

/** Findings in service logs. They recur each day at the same hour, so that the last day has each once. */
function logFacts(at: (name: string, more?: Record<string, string>) => Record<string, string>): Fact[] {
  return [
    fact(
      'open-port-reached',
      `In mobile-dev addresses of the internet, among them ${SCANNER}, reach port 22 of the machines that dev-ssh-from-anywhere opens.`,
      'VPC Flow dashboard, open ports reached from the internet',
      at('mobile-dev', { address: SCANNER }),
    ),
    fact(
      'rejected-scan',
      `From 03:10 UTC on ${SCANNER} tries 120 ports of a machine of payments-prod, and all are rejected.`,
      'VPC Flow dashboard, rejected by security group',
      at('payments-prod', { address: SCANNER }),
    ),
    fact(
      'lost-flow-records',
      'From 14:00 to 14:30 UTC AWS lost flow records of an interface of storefront-prod.',
      'VPC Flow dashboard, SKIPDATA',
      at('storefront-prod'),
    ),
    fact(
      'no-answer',
      `From ${OUTAGE.from} to ${OUTAGE.to} UTC no target of the group payments-api answers: the load balancer of payments-prod answers 502 and 504.`,
      'Load Balancers dashboard, 4xx/5xx of balancer and unhealthy targets',
      at('payments-prod', { target_group: 'payments-api' }),
    ),
    fact(
      'slow-path',
      'The path /reports/export takes several seconds.',
      'Load Balancers dashboard, slowest paths',
      at('payments-prod', { path: '/reports/export' }),
    ),
    fact(
      'denied-requester',
      `At 13:15 UTC a job of bi-prod in the role ${DENIED_ROLE} is refused 60 objects of the bucket of data-lake-prod.`,
      'S3 Access Logs dashboard, denied (403) by requester',
      at('data-lake-prod', { role: DENIED_ROLE }),
    ),
    fact(
      'anonymous-requests',
      'Strangers without credentials ask the bucket of storefront-prod for backups and settings, and are refused.',
      'S3 Access Logs dashboard, anonymous access',
      at('storefront-prod'),
    ),
    fact(
      'guessed-passwords',
      `From 04:02 UTC on ${SCANNER} guesses 60 passwords of each machine of mobile-dev that is open to it.`,
      'System Logs dashboard, failed logins',
      at('mobile-dev', { address: SCANNER }),
    ),
    fact(
      'out-of-memory',
      'At 05:41 UTC the kernel of a machine of payments-prod kills its Java process, since it has no memory left.',
      'System Logs dashboard, out of memory and kernel errors',
      at('payments-prod'),
    ),
    fact(
      'silent-host',
      'A machine of search-prod has sent no log line for hours.',
      'System Logs dashboard, hosts that fell silent',
      at('search-prod'),
    ),
    fact(
      'failed-deployment',
      `From ${DEPLOYMENT.from} to ${DEPLOYMENT.to} UTC the service ${DEPLOYED} of payments-prod fails, after version 1.42.0 was deployed.`,
      'ECS Application Logs dashboard, errors by service',
      at('payments-prod', { service: DEPLOYED }),
    ),
  ];
}

const fact = (id: string, sentence: string, where: string, at: Readonly<Record<string, string>>): Fact => ({
  id,
  sentence,
  where,
  at,
});
