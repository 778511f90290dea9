import { kindFields } from '../collectors/inventory/kind-fields.ts';
import type { IndexMapping } from '../core/field.ts';
import { awsbilling } from '../mappings/awsbilling.ts';
import { awschanges } from '../mappings/awschanges.ts';
import { awscli, awscliCurrent } from '../mappings/awscli.ts';
import { awscliTrail } from '../mappings/awscli-trail.ts';
import { awsusers } from '../mappings/awsusers.ts';
import { composeMapping } from '../mappings/compose.ts';
import { s3Fields } from '../mappings/s3-fields.ts';

/** The fields of every view: those that all documents of an index share, and those that the kinds add. */
export function storeMappings(): readonly IndexMapping[] {
  const fields = [...kindFields(), ...s3Fields];
  return [composeMapping(awscli, fields), composeMapping(awscliCurrent, fields), awschanges, awscliTrail, awsbilling, awsusers];
}
