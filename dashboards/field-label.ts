import type { IndexView } from '../core/query.ts';
import type { LabelledField, Panel } from './dashboard.ts';
import { dashboards } from './registry.ts';

/** The labels that panels and selectors of a view give a field. */
const NAMED: readonly (LabelledField & { readonly view: IndexView })[] = dashboards.flatMap(({ selector, panels }) => [
  ...panels.flatMap((panel) => labelled(panel).map((field) => ({ ...field, view: panel.view }))),
  ...selector.fields.filter(({ as }) => as !== 'unit').map((field) => ({ ...field, view: selector.view })),
]);

const LABELS = new Map([
  ...NAMED.map(({ field, label }) => [field, label] as const),
  ...dashboards.flatMap(({ selector }) => selector.fields.map(({ field, label }) => [field, label] as const)),
]);

function labelled(panel: Panel): readonly LabelledField[] {
  if (panel.type === 'table') return panel.columns;
  return panel.type === 'groups' ? panel.keys : [];
}

const SPELLED: Readonly<Record<string, string>> = { gib: 'GiB', mib: 'MiB', cidrs: 'CIDRs' };
const CAPITALS = /^(arn|ip|vpc|mfa|cpu|dns|iops|tls|api)$/;

/** A field as the dashboards call it, else the end of its name. */
export const fieldLabel = (field: string): string => LABELS.get(field) ?? spelled(field.split('.').at(-1) as string);

/**
 * The label of a field that holds for all panels of a view, as an index pattern needs it. A field with several labels (an id is an Instance in one panel
 * and a Database in another), or with the label of another field, is called by its own name.
 */
export const fieldHeading = (view: IndexView, field: string): string => headingsOf(view).get(field) ?? ownName(field);

function headingsOf(view: IndexView): ReadonlyMap<string, string> {
  const labels = new Map<string, Set<string>>();
  for (const named of NAMED) {
    if (named.view !== view) continue;
    const known = labels.get(named.field) ?? new Set();
    labels.set(named.field, known.add(named.label));
  }
  const agreed = [...labels].flatMap(([field, [label, other]]) =>
    label === undefined || other !== undefined ? [] : [{ field, label }],
  );
  return new Map(
    agreed
      .filter(({ label }) => agreed.filter((one) => one.label === label).length === 1)
      .map(({ field, label }) => [field, label]),
  );
}

/** `cloud.account.id` → `Account id`; `resource.instance_type` → `Instance type`. */
function ownName(field: string): string {
  const parts = field.split('.');
  const last = parts.at(-1) as string;
  const parent = parts.at(-2);
  const whole = /^(id|name|bytes|effective_cost)$/.test(last) && parent !== 'resource' ? `${parent}_${last}` : last;
  const words = spelled(whole.replace(/^@/, '').replace(/_bytes$/, ''));
  return words.replace(/ (GiB|MiB)$/, ' [$1]').replace(/^[a-z]/, (letter) => letter.toUpperCase());
}

const spelled = (name: string): string =>
  name
    .split('_')
    .map((word) => SPELLED[word] ?? (CAPITALS.test(word) ? word.toUpperCase() : word))
    .join(' ');
