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

/** A field as the dashboards call it, else the end of its name. */
export const fieldLabel = (field: string): string =>
  LABELS.get(field) ?? (field.split('.').at(-1) as string).replaceAll('_', ' ');
