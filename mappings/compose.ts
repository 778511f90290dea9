import type { Field, IndexMapping, ViewDeclaration } from '../core/field.ts';
import { OrgscopeError } from '../core/problem.ts';

/** Yields the views as stores take them: with the fields of kinds where documents are resources, and with the patterns to exclude. */
export function composeViews(declared: readonly ViewDeclaration[], kindFields: readonly Field[]): readonly IndexMapping[] {
  return declared.map((view) => ({
    ...view,
    fields: view.takesKindFields === true ? addFields(view.fields, kindFields) : view.fields,
    pattern: patternOf(view),
    excludes: declared
      .filter((other) => other !== view && covers(view, other))
      .sort((one, other) => one.templatePriority - other.templatePriority)
      .map(patternOf),
  }));
}

/** The pattern that matches the view's indices; it may match those of other views too. */
function patternOf({ index }: ViewDeclaration): string {
  if ('prefix' in index) return `${index.prefix}*`;
  return index.alias === undefined ? index.exact : `${index.alias}-*`;
}

/** Whether the pattern of one view matches the indices of another one. */
const covers = ({ index }: ViewDeclaration, other: ViewDeclaration): boolean =>
  'prefix' in index && patternOf(other).startsWith(index.prefix);

/** Two fields of one name must be of one type. */
function addFields(shared: readonly Field[], kindFields: readonly Field[]): readonly Field[] {
  const byName = new Map(shared.map((field) => [field.name, field]));
  for (const field of kindFields) {
    const present = byName.get(field.name);
    if (present === undefined) byName.set(field.name, field);
    else if (present.type !== field.type || present.array !== field.array) {
      throw new OrgscopeError(
        'unexpected',
        `The field ${field.name} is declared twice, as ${present.type} and as ${field.type}.`,
        'Give one of them another name.',
      );
    }
  }
  return [...byName.values()];
}
