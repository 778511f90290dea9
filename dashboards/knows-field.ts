import type { IndexView } from '../core/query.ts';
import { awsbilling } from '../mappings/awsbilling.ts';
import { awschanges } from '../mappings/awschanges.ts';
import { awscli, awscliCurrent } from '../mappings/awscli.ts';
import { awscliTrail } from '../mappings/awscli-trail.ts';
import { awsusers } from '../mappings/awsusers.ts';

const SHARED: Readonly<Record<IndexView, ReadonlySet<string>>> = {
  awscli: new Set(awscli.fields.map(({ name }) => name)),
  'awscli-current': new Set(awscli.fields.map(({ name }) => name)),
  awschanges: new Set(awschanges.fields.map(({ name }) => name)),
  'awscli-trail': new Set(awscliTrail.fields.map(({ name }) => name)),
  awsbilling: new Set(awsbilling.fields.map(({ name }) => name)),
  awsusers: new Set(awsusers.fields.map(({ name }) => name)),
};

/** Whether a value chosen for a field can narrow a view; the kinds' own fields all begin with `resource.`. */
export function knowsField(view: IndexView, field: string): boolean {
  return SHARED[view].has(field) || (view.startsWith('awscli') && view !== 'awscli-trail' && /^(resource|s3)\./.test(field));
}

const TIMELESS: ReadonlySet<IndexView> = new Set(
  [awscliCurrent, awsusers].flatMap((mapping) => (mapping.timeField === null ? [mapping.view] : [])),
);

/** Whether a time range narrows a view: current state is shown whatever the range. */
export const followsTime = (view: IndexView): boolean => !TIMELESS.has(view);
