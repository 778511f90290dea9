import type { ViewDeclaration } from '../core/field.ts';
import type { IndexView } from '../core/query.ts';
import { views } from '../mappings/registry.ts';

const FIELDS = new Map(views.map(({ view, fields }) => [view, new Set(fields.map(({ name }) => name))]));

/** The declaration of a view, without the fields of the kinds. */
export function viewOf(name: IndexView): ViewDeclaration {
  return views.find(({ view }) => view === name) as ViewDeclaration;
}

/** Whether a value chosen for a field can narrow a view; the kinds' own fields all begin with `resource.` or `s3.`. */
export function knowsField(view: IndexView, field: string): boolean {
  return FIELDS.get(view)?.has(field) === true || (viewOf(view).takesKindFields === true && /^(resource|s3)\./.test(field));
}

/** Whether a time range narrows a view: current state is shown whatever the range. */
export const followsTime = (view: IndexView): boolean => viewOf(view).timeField !== null;
