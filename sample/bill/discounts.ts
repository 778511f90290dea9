import { type Organisation, PARTITION } from '../organisation.ts';

/** The Compute Savings Plan of the organisation. */
export const savingsPlanArn = ({ managementId }: Organisation): string =>
  `arn:${PARTITION}:savingsplans::${managementId}:savingsplan/7d1f0c55-2f4b-4d5f-9a3e-0b6c9c4f8e21`;

/** The reservation of databases in orders-prod. */
export const reservationArn = (organisation: Organisation): string =>
  `arn:${PARTITION}:rds:eu-central-1:${organisation.account('orders-prod').id}:ri:orders-2026`;
