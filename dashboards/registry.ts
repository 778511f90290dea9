import { billing } from './billing.ts';
import { cloudtrail } from './cloudtrail.ts';
import type { Dashboard } from './dashboard.ts';
import { overview } from './overview.ts';
import { s3 } from './s3.ts';

/** All dashboards, in the order of the navigation. */
export const dashboards: readonly Dashboard[] = [overview, cloudtrail, billing, s3];
