import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awsbilling } from '../mappings/awsbilling.ts';
import { lineItemEncoder } from './encode-line-item.ts';

const CONTEXT = {
  report: '999988887777/costs',
  delivery: 'd1',
  month: '2026-10',
  part: 2,
  accountNames: new Map([
    ['111122223333', 'prod "blue"'],
    ['text', 'named'],
  ]),
};

function encode(row: Readonly<Record<string, string>>) {
  const made = lineItemEncoder(Object.keys(row), CONTEXT);
  assert.equal(made.type, 'ok');
  return made.value(Object.values(row), 7);
}
function documentOf(row: Readonly<Record<string, string>>) {
  const result = encode(row);
  assert.equal(result.type, 'ok', result.type === 'ok' ? '' : result.reason);
  return { ...result.value, body: JSON.parse(Buffer.from(result.value.body).toString('utf8')) };
}
const LEAST = { 'lineItem/UsageStartDate': '2026-10-03T01:00:00Z', 'lineItem/UnblendedCost': '1.50' };

test('a line item has its fields, its tags, its amounts as text, and all other columns under their own names', () => {
  const { index, id, operation, body } = documentOf({
    'identity/LineItemId': 'x',
    'bill/PayerAccountId': '999988887777',
    'bill/InvoicingEntity': 'Amazon "Web" Services',
    'lineItem/UsageAccountId': '111122223333',
    'lineItem/LineItemType': 'SavingsPlanCoveredUsage',
    'lineItem/UsageStartDate': '2026-10-03T01:00:00Z',
    'lineItem/UsageEndDate': '2026-10-03T02:00:00.000Z',
    'lineItem/ProductCode': 'AmazonEC2',
    'lineItem/ResourceId': 'i-1',
    'lineItem/AvailabilityZone': 'eu-west-1a',
    'lineItem/UsageAmount': '',
    'lineItem/UnblendedCost': '1E-10',
    'product/ProductName': 'Amazon Elastic Compute Cloud',
    'product/region': 'eu-west-1',
    'product/vcpu': '',
    'savingsPlan/SavingsPlanARN': 'arn:aws:savingsplans::999988887777:savingsplan/1',
    'savingsPlan/SavingsPlanEffectiveCost': '0.10',
    'reservation/EffectiveCost': '',
    'resourceTags/user:team': 'red\nand "blue"',
    'resourceTags/aws:createdBy': 'root',
    'resourceTags/user:empty': '',
  });
  assert.deepEqual([index, id, operation], ['awsbilling-2026.10', '999988887777/costs/2026-10/d1/2/7', 'create']);
  assert.deepEqual(body, {
    '@timestamp': '2026-10-03T01:00:00.000Z',
    event: { kind: 'metric', module: 'orgscope', dataset: 'orgscope.billing', end: '2026-10-03T02:00:00.000Z' },
    cloud: {
      provider: 'aws',
      account: { id: '111122223333', name: 'prod "blue"' },
      region: 'eu-west-1',
      availability_zone: 'eu-west-1a',
    },
    resource: { id: 'i-1' },
    aws: {
      billing: {
        report: '999988887777/costs',
        delivery: 'd1',
        month: '2026-10',
        service: 'Amazon Elastic Compute Cloud',
        line_item_id: 'x',
        payer_account_id: '999988887777',
        type: 'SavingsPlanCoveredUsage',
        product_code: 'AmazonEC2',
        unblended_cost: '1E-10',
        savings_plan: { arn: 'arn:aws:savingsplans::999988887777:savingsplan/1', effective_cost: '0.10' },
        tag_pairs: ['team=red\nand "blue"', 'aws:createdBy=root'],
      },
      cur: { 'bill/InvoicingEntity': 'Amazon "Web" Services' },
    },
  });
});

test('every field that is written is in the mapping, and every field of the mapping is written', () => {
  const columns = [
    'identity/LineItemId bill/PayerAccountId bill/InvoiceId bill/BillType bill/BillingEntity lineItem/UsageAccountId',
    'lineItem/LineItemType lineItem/ProductCode product/ProductName product/productFamily product/instanceType product/regionCode',
    'lineItem/UsageType lineItem/Operation lineItem/LineItemDescription lineItem/ResourceId lineItem/AvailabilityZone pricing/unit',
    'pricing/term lineItem/CurrencyCode reservation/ReservationARN savingsPlan/SavingsPlanARN resourceTags/user:a other/column',
  ].flatMap((line) => line.split(' '));
  const amounts = [
    'lineItem/UsageAmount lineItem/UnblendedCost lineItem/BlendedCost pricing/publicOnDemandCost',
    'reservation/EffectiveCost savingsPlan/SavingsPlanEffectiveCost',
  ].flatMap((line) => line.split(' '));
  const { body } = documentOf({
    'lineItem/UsageStartDate': '2026-10-03T01:00:00Z',
    'lineItem/UsageEndDate': '2026-10-03T02:00:00Z',
    ...Object.fromEntries(columns.map((name) => [name, 'text'])),
    ...Object.fromEntries(amounts.map((name) => [name, '1.0'])),
  });
  const flattened = new Set(awsbilling.fields.filter(({ type }) => type === 'flattened').map(({ name }) => name));
  const leaves = (value: unknown, path: string): string[] =>
    value === null || typeof value !== 'object' || Array.isArray(value) || flattened.has(path)
      ? [path]
      : Object.entries(value).flatMap(([name, member]) => leaves(member, path === '' ? name : `${path}.${name}`));
  assert.deepEqual(leaves(body, '').sort(), awsbilling.fields.map(({ name }) => name).sort());
});

test('the region is found by its code, its name, the zone or the usage type of the row', () => {
  const regionOf = (row: Readonly<Record<string, string>>) =>
    documentOf({
      'lineItem/AvailabilityZone': '',
      'lineItem/UsageType': '',
      'product/region': '',
      'product/regionCode': '',
      ...LEAST,
      ...row,
    }).body.cloud.region;
  assert.equal(regionOf({ 'product/regionCode': 'eu-west-1', 'product/region': 'us-east-1' }), 'eu-west-1');
  assert.equal(regionOf({ 'product/region': 'us-east-1', 'lineItem/AvailabilityZone': 'eu-west-1a' }), 'us-east-1');
  assert.equal(regionOf({ 'lineItem/AvailabilityZone': 'eu-west-1a', 'lineItem/UsageType': 'USW2-Requests' }), 'eu-west-1');
  assert.equal(regionOf({ 'lineItem/UsageType': 'USW2-Requests' }), 'us-west-2');
  assert.equal(regionOf({}), undefined);
});

test('times are read as other generators write them, and an end that is no time is kept as it stands', () => {
  const spaced = documentOf({
    ...LEAST,
    'lineItem/UsageStartDate': '2026-10-29 00:00:00+00:00',
    'lineItem/UsageEndDate': '2026-10-29 01:00:00.5+00:00',
  }).body;
  assert.deepEqual([spaced['@timestamp'], spaced.event.end], ['2026-10-29T00:00:00.000Z', '2026-10-29T01:00:00.500Z']);
  const odd = documentOf({ ...LEAST, 'lineItem/UsageEndDate': 'soon' }).body;
  assert.deepEqual([odd.event.end, odd.aws.cur], [undefined, { 'lineItem/UsageEndDate': 'soon' }]);
});

test('a column that comes twice is one key, and a row without an account yields no account field', () => {
  const made = lineItemEncoder([...Object.keys(LEAST), 'product/size', 'product/size'], CONTEXT);
  assert.equal(made.type, 'ok');
  const result = made.value([...Object.values(LEAST), 'one', 'two'], 1);
  assert.equal(result.type, 'ok');
  const text = Buffer.from(result.value.body).toString('utf8');
  assert.equal(text.split('product/size').length, 2);
  assert.deepEqual(JSON.parse(text).cloud, { provider: 'aws' });
});

test('a row that would make a total wrong is a dead letter with its reason', () => {
  const reasonOf = (row: Readonly<Record<string, string>>) => {
    const result = encode(row);
    return result.type === 'ok' ? '' : result.reason;
  };
  assert.match(reasonOf({ ...LEAST, 'lineItem/UnblendedCost': 'four' }), /row 7: lineItem\/UnblendedCost "four" is no number/);
  assert.match(reasonOf({ ...LEAST, 'lineItem/UnblendedCost': '1E-19' }), /18 digits/);
  assert.match(reasonOf({ ...LEAST, 'reservation/EffectiveCost': '1,5' }), /effective cost "1,5" is no number/);
  assert.match(reasonOf({ ...LEAST, 'lineItem/UsageStartDate': '5' }), /"5" is no time/);
  const made = lineItemEncoder(Object.keys(LEAST), CONTEXT);
  assert.equal(made.type, 'ok');
  const short = made.value(['2026-10-03T01:00:00Z'], 3);
  assert.match(short.type === 'ok' ? '' : short.reason, /row 3 has 1 values where the first line names 2 columns/);
  const none = lineItemEncoder(['BilledCost', 'ChargePeriodStart'], CONTEXT);
  assert.match(none.type === 'ok' ? '' : none.reason, /no column lineItem\/UnblendedCost/);
});
