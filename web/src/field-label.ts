import type { LabelledField } from '../../dashboards/dashboard.ts';
import { dashboards } from '../../dashboards/registry.ts';

const LABELS = new Map(
  dashboards.flatMap(({ selector, panels }) => [
    ...panels
      .flatMap((panel): readonly LabelledField[] =>
        panel.type === 'table' ? panel.columns : panel.type === 'groups' ? panel.keys : [],
      )
      .map(({ field, label }) => [field, label] as const),
    ...selector.fields.map(({ field, label }) => [field, label] as const),
  ]),
);

const SPELLED: Readonly<Record<string, string>> = { gib: 'GiB', mib: 'MiB', cidrs: 'CIDRs' };
const CAPITALS = /^(arn|ip|vpc|mfa|cpu|dns|iops|tls|api)$/;

/** A field as the dashboards call it, else the end of its name. */
export const fieldLabel = (field: string): string => LABELS.get(field) ?? spelled(field.split('.').at(-1) as string);

const spelled = (name: string): string =>
  name
    .split('_')
    .map((word) => SPELLED[word] ?? (CAPITALS.test(word) ? word.toUpperCase() : word))
    .join(' ');
