import type { Json } from '../../core/json.ts';
import { fieldLabel } from '../../dashboards/field-label.ts';
import { format } from './format.ts';
import { Leaf } from './record-tree.tsx';
import { ShownEntries } from './shown-entries.tsx';
import { ShownText } from './shown-text.tsx';
import { columnOf } from './table/columns.ts';
import { pathsOf, valueAt } from './table/value-at.ts';

/** Fields that the list leaves out: the untouched record, what the headline shows, and orgscope's internal fields. */
const LEFT_OUT =
  /^(aws\.(?!cloudtrail\.(?!flattened)|billing)|aws\.cloudtrail\.flattened|orgscope\.|ecs\.|event\.(kind|module|dataset|category)|cloud\.(provider|service)|resource\.(key|tag_pairs|tags))/;

/** The typed fields of a document, each with its value as people read it. */
export function Facts({ document, without = [] }: { document: Json; without?: readonly string[] }) {
  const fields = pathsOf(document).filter((field) => !LEFT_OUT.test(field) && !without.includes(field));
  const entries = fields.flatMap((field) => {
    const value = valueAt(document, field);
    return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
      ? []
      : [{ field, value }];
  });
  return (
    <dl class="facts">
      <ShownEntries entries={entries}>
        {({ field, value }) => (
          <div key={field}>
            <dt title={field}>{fieldLabel(field)}</dt>
            <dd>
              {Array.isArray(value) ? (
                <ShownEntries entries={value}>
                  {(one, index) => (
                    <span key={index} class="fact-entry">
                      <Leaf value={typeof one === 'object' ? JSON.stringify(one) : one} />
                    </span>
                  )}
                </ShownEntries>
              ) : typeof value === 'string' && columnOf(field, value).format === 'text' ? (
                <Leaf value={value} />
              ) : (
                <ShownText text={format(value, columnOf(field, value).format)} />
              )}
            </dd>
          </div>
        )}
      </ShownEntries>
    </dl>
  );
}
