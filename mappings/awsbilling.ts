import type { Field, IndexMapping } from '../core/field.ts';

const fields: readonly Field[] = [
  { name: '@timestamp', type: 'date', description: 'When the usage began.' },
  { name: 'event.kind', type: 'keyword', description: 'Always `metric`.' },
  { name: 'event.module', type: 'keyword', description: 'Always `orgscope`.' },
  { name: 'event.dataset', type: 'keyword', description: 'Always `orgscope.billing`.' },
  { name: 'event.end', type: 'date', description: 'When the usage ended.' },
  { name: 'cloud.provider', type: 'keyword', description: 'Always `aws`.' },
  { name: 'cloud.account.id', type: 'keyword', description: 'Account that used it.' },
  { name: 'cloud.account.name', type: 'keyword', description: 'Name of that account when the delivery was read.' },
  { name: 'cloud.region', type: 'keyword', description: 'Region of the usage; absent for what belongs to none.' },
  { name: 'cloud.availability_zone', type: 'keyword', description: 'Availability zone, where the line names one.' },
  { name: 'resource.id', type: 'keyword', description: 'Resource id or ARN, where the report is made with resource ids.' },
  { name: 'aws.billing.report', type: 'keyword', description: 'Payer account and name of the report.' },
  { name: 'aws.billing.delivery', type: 'keyword', description: 'Assembly id of the delivery that the line comes from.' },
  { name: 'aws.billing.month', type: 'keyword', description: 'Billing period as `YYYY-MM`.' },
  { name: 'aws.billing.line_item_id', type: 'keyword', description: 'Line item id; unique only within a part of a delivery.' },
  { name: 'aws.billing.payer_account_id', type: 'keyword', description: 'Account that pays.' },
  { name: 'aws.billing.invoice_id', type: 'keyword', description: 'Invoice, once there is one.' },
  { name: 'aws.billing.bill_type', type: 'keyword', description: '`Anniversary`, `Purchase` or `Refund`.' },
  { name: 'aws.billing.entity', type: 'keyword', description: 'Who bills: `AWS` or `AWS Marketplace`.' },
  {
    name: 'aws.billing.type',
    type: 'keyword',
    description: 'Line item type: `Usage`, `Tax`, `Credit`, `SavingsPlanCoveredUsage`, …',
  },
  { name: 'aws.billing.product_code', type: 'keyword', description: 'Product code, such as `AmazonEC2`.' },
  { name: 'aws.billing.service', type: 'keyword', description: 'Product name for people, else the product code.' },
  { name: 'aws.billing.product_family', type: 'keyword', description: 'Product family, such as `Compute Instance`.' },
  { name: 'aws.billing.instance_type', type: 'keyword', description: 'Instance type of the product, where it has one.' },
  { name: 'aws.billing.usage_type', type: 'keyword', description: 'Usage type, such as `EUW1-BoxUsage:m5.large`.' },
  { name: 'aws.billing.operation', type: 'keyword', description: 'Operation, such as `RunInstances`.' },
  { name: 'aws.billing.description', type: 'keyword', description: 'What the invoice would say.' },
  { name: 'aws.billing.unit', type: 'keyword', description: 'Unit of the usage amount.' },
  { name: 'aws.billing.term', type: 'keyword', description: 'Pricing term: `OnDemand`, `Reserved`, `Spot`.' },
  { name: 'aws.billing.currency', type: 'keyword', description: 'Currency of all amounts.' },
  { name: 'aws.billing.usage_amount', type: 'decimal', description: 'How much was used, in `aws.billing.unit`.' },
  { name: 'aws.billing.unblended_cost', type: 'decimal', description: 'Cost as used, in `aws.billing.currency`.' },
  { name: 'aws.billing.blended_cost', type: 'decimal', description: "Cost at the organisation's average rate." },
  { name: 'aws.billing.public_on_demand_cost', type: 'decimal', description: 'What it would cost without any discount.' },
  { name: 'aws.billing.reservation.arn', type: 'keyword', description: 'Reservation that covers it.' },
  {
    name: 'aws.billing.reservation.effective_cost',
    type: 'decimal',
    description: 'Cost including its share of the upfront fee.',
  },
  { name: 'aws.billing.savings_plan.arn', type: 'keyword', description: 'Savings plan that covers it.' },
  {
    name: 'aws.billing.savings_plan.effective_cost',
    type: 'decimal',
    description: 'Cost including its share of the commitment.',
  },
  { name: 'aws.billing.tag_pairs', type: 'keyword', array: true, description: 'Cost allocation tags as `key=value`.' },
  { name: 'aws.cur', type: 'flattened', description: "All other columns that are not empty, under the report's own names." },
];

/**
 * One line item of the newest delivery of its report and month. Amounts are JSON strings with the report's own digits: DuckDB
 * reads them as DECIMAL(38,18) without loss, engines coerce them to double and keep the text in `_source`.
 */
export const awsbilling: IndexMapping = {
  view: 'awsbilling',
  pattern: 'awsbilling-*',
  excludes: [],
  partition: 'month',
  timeField: '@timestamp',
  retentionDays: 1_200,
  description: 'One line item of the newest delivery of that report and month.',
  fields,
};
