import { DAY_MS } from '../core/day-ms.ts';
import { seeded } from './random.ts';

type Environment = 'prod' | 'staging' | 'dev' | 'shared' | 'sandbox';

/** One account of the sample organisation. */
export interface SampleAccount {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly team: string;
  readonly environment: Environment;
  readonly costCenter: string;
  /** The region that holds most of its resources. */
  readonly home: string;
  readonly regions: readonly string[];
  /** Roughly how many EC2 instances it runs; the numbers of all other resources follow from it. */
  readonly size: number;
  readonly suspended: boolean;
  /** Its organisational units from the top down; none for the management account. */
  readonly units: readonly SampleUnit[];
  /** When it joined the organisation, in milliseconds. */
  readonly joined: number;
}

/** One organisational unit. */
export interface SampleUnit {
  readonly id: string;
  readonly name: string;
  /** The id of the parent unit, or of the root. */
  readonly parentId: string;
}

/** The sample organisation: its accounts and organisational units. */
export interface Organisation {
  readonly seed: number;
  readonly id: string;
  readonly rootId: string;
  readonly units: readonly SampleUnit[];
  readonly managementId: string;
  /** The management account comes first; one account is suspended. */
  readonly accounts: readonly SampleAccount[];
  account(name: string): SampleAccount;
}

export const PARTITION = 'aws';
/** The region of the organisation's own buckets. */
export const HOME_REGION = 'eu-central-1';
const EVERYWHERE = ['eu-central-1', 'eu-west-1', 'us-east-1'];
const WIDE = [...EVERYWHERE, 'us-west-2', 'ap-southeast-2'];

type Outline = readonly [name: string, team: string, environment: Environment, home: string, size: number];

const PRODUCTS: readonly (readonly [team: string, home: string])[] = [
  ['payments', 'eu-central-1'],
  ['storefront', 'eu-west-1'],
  ['search', 'eu-west-1'],
  ['orders', 'eu-central-1'],
  ['logistics', 'eu-central-1'],
  ['mobile', 'us-east-1'],
  ['identity', 'eu-central-1'],
  ['invoicing', 'eu-west-1'],
];

const OUTLINES: readonly Outline[] = [
  ['examplecorp-management', 'platform', 'shared', 'us-east-1', 0],
  ['log-archive', 'security', 'shared', 'eu-central-1', 1],
  ['audit', 'security', 'shared', 'eu-central-1', 3],
  ['security-tooling', 'security', 'shared', 'eu-central-1', 12],
  ['network-hub', 'platform', 'shared', 'eu-central-1', 8],
  ['shared-services', 'platform', 'shared', 'eu-central-1', 26],
  ['backup-vault', 'platform', 'shared', 'eu-west-1', 2],
  ...PRODUCTS.flatMap(([team, home], at): Outline[] => [
    [`${team}-prod`, team, 'prod', home, 26 + (at % 3) * 4],
    [`${team}-staging`, team, 'staging', home, 11],
    [`${team}-dev`, team, 'dev', home, 9],
  ]),
  ['data-lake-prod', 'data', 'prod', 'eu-west-1', 44],
  ['data-lake-dev', 'data', 'dev', 'eu-west-1', 12],
  ['ml-prod', 'data', 'prod', 'us-east-1', 24],
  ['ml-research', 'data', 'dev', 'us-east-1', 22],
  ['bi-prod', 'data', 'prod', 'eu-west-1', 14],
  ['corp-it', 'corporate', 'shared', 'eu-central-1', 24],
  ['marketing-web', 'corporate', 'prod', 'us-east-1', 9],
  ['sandbox-platform', 'platform', 'sandbox', 'eu-central-1', 7],
  ['sandbox-data', 'data', 'sandbox', 'us-east-1', 6],
];

const COST_CENTERS: Readonly<Record<string, string>> = {
  platform: 'cc-1000',
  security: 'cc-1100',
  data: 'cc-2000',
  corporate: 'cc-9000',
  payments: 'cc-3010',
  storefront: 'cc-3020',
  search: 'cc-3030',
  orders: 'cc-3040',
  logistics: 'cc-3050',
  mobile: 'cc-3060',
  identity: 'cc-3070',
  invoicing: 'cc-3080',
};

/** The names of an account's organisational units, from the top down. */
function unitNames(name: string, team: string, environment: Environment): readonly string[] {
  if (name === 'examplecorp-management') return [];
  if (name === 'legacy-erp') return ['Suspended'];
  if (team === 'security') return ['Security'];
  if (environment === 'sandbox') return ['Sandbox'];
  if (team === 'corporate') return ['Corporate'];
  if (environment === 'shared') return ['Infrastructure'];
  return ['Workloads', environment === 'prod' ? 'Prod' : 'NonProd'];
}

const ROOT_ID = 'r-samp';

/** A company with 40 active accounts and one that is suspended. Only ids depend on the seed, so that the docs can name accounts. */
export function makeOrganisation(seed: number): Organisation {
  const random = seeded(seed, 'organisation');
  const outlines: readonly Outline[] = [...OUTLINES, ['legacy-erp', 'corporate', 'prod', 'eu-west-1', 0]];
  const unitIds = seeded(seed, 'units');
  const units = new Map<string, SampleUnit>();
  const unitsOf = (names: readonly string[]): SampleUnit[] => {
    const name = names.at(-1);
    if (name === undefined) return [];
    const parents = unitsOf(names.slice(0, -1));
    const path = names.join('/');
    const unit = units.get(path) ?? { id: `ou-samp-${unitIds.hex(8)}`, name, parentId: parents.at(-1)?.id ?? ROOT_ID };
    units.set(path, unit);
    return [...parents, unit];
  };
  const accounts = outlines.map(([name, team, environment, home, size]): SampleAccount => {
    const wide = environment === 'prod' && size > 20;
    return {
      // No leading zero: spreadsheets drop it.
      id: `${random.int(1, 9)}${random.digits(11)}`,
      name,
      email: `aws+${name}@example.com`,
      team,
      environment,
      costCenter: COST_CENTERS[team] ?? 'cc-0000',
      home,
      regions: wide || name === 'audit' ? WIDE : EVERYWHERE,
      size,
      suspended: name === 'legacy-erp',
      units: unitsOf(unitNames(name, team, environment)),
      joined: Date.UTC(2019, 2, 4) + random.int(0, 1_500) * DAY_MS,
    };
  });
  const byName = new Map(accounts.map((account) => [account.name, account]));
  const account = (name: string): SampleAccount => {
    const found = byName.get(name);
    if (found === undefined) throw new Error(`the sample has no account ${name}`);
    return found;
  };
  return {
    seed,
    id: `o-${random.hex(10)}`,
    rootId: ROOT_ID,
    units: [...units.values()],
    managementId: account('examplecorp-management').id,
    accounts,
    account,
  };
}

export const arnOf = (service: string, region: string, account: string, resource: string): string =>
  `arn:${PARTITION}:${service}:${region}:${account}:${resource}`;
