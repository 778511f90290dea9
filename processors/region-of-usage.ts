/** The prefixes of usage types by region: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-region-billing-codes.html */
const REGIONS: Readonly<Record<string, string>> = {
  USE1: 'us-east-1',
  USE2: 'us-east-2',
  USW1: 'us-west-1',
  USW2: 'us-west-2',
  CAN1: 'ca-central-1',
  CAN2: 'ca-west-1',
  MXC1: 'mx-central-1',
  AFS1: 'af-south-1',
  APE1: 'ap-east-1',
  APE2: 'ap-east-2',
  APN1: 'ap-northeast-1',
  APN2: 'ap-northeast-2',
  APN3: 'ap-northeast-3',
  APS1: 'ap-southeast-1',
  APS2: 'ap-southeast-2',
  APS3: 'ap-south-1',
  APS4: 'ap-southeast-3',
  APS5: 'ap-south-2',
  APS6: 'ap-southeast-4',
  APS7: 'ap-southeast-5',
  APS8: 'ap-southeast-6',
  APS9: 'ap-southeast-7',
  EU: 'eu-west-1',
  EUW1: 'eu-west-1',
  EUW2: 'eu-west-2',
  EUW3: 'eu-west-3',
  EUC1: 'eu-central-1',
  EUC2: 'eu-central-2',
  EUN1: 'eu-north-1',
  EUS1: 'eu-south-1',
  EUS2: 'eu-south-2',
  ILC1: 'il-central-1',
  MEC1: 'me-central-1',
  MES1: 'me-south-1',
  SAE1: 'sa-east-1',
  UGE1: 'us-gov-east-1',
  UGW1: 'us-gov-west-1',
};

/** Services that bill by continent: their `EU-` means all of Europe. */
const ON_THE_EDGE = new Set(['AmazonCloudFront', 'AWSGlobalAccelerator']);

/** A zone of a region, local and wavelength zones too; or the region itself, which some services write. */
const ZONE = /^([a-z]{2,3}(?:-[a-z]+)+-\d+)(?:[a-z]|-.+)?$/;

/**
 * Yields the region of a line item whose product says none, such as a credit: that of its availability zone, else of what its usage type begins with
 * (`USE1-CAN1-AWS-Out-Bytes` is used in the first one). Empty where that may mean several regions, as a usage type without a beginning does.
 */
export function regionOfUsage({
  zone,
  usageType,
  productCode,
}: {
  readonly zone: string;
  readonly usageType: string;
  readonly productCode: string;
}): string {
  const ofZone = ZONE.exec(zone)?.[1];
  if (ofZone !== undefined) return ofZone;
  const end = usageType.indexOf('-');
  if (end < 0 || ON_THE_EDGE.has(productCode)) return '';
  const code = usageType.slice(0, end);
  return Object.hasOwn(REGIONS, code) ? (REGIONS[code] as string) : '';
}
