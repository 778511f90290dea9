import { DECLARED_KIND_FIELDS } from '../core/declared-kind-fields.ts';
import type { IndexMapping } from '../core/field.ts';
import { composeViews } from '../mappings/compose.ts';
import { views } from '../mappings/registry.ts';
import { s3Fields } from '../mappings/s3-fields.ts';

/** All views, with the fields that the kinds add. */
export const storeMappings = (): readonly IndexMapping[] => composeViews(views, [...DECLARED_KIND_FIELDS, ...s3Fields]);
