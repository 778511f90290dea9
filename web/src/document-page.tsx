import type { Json } from '../../core/json.ts';
import type { IndexView } from '../../core/query.ts';
import { useRows } from './ask.ts';
import { Facts } from './facts.tsx';
import { RecordTree } from './record-tree.tsx';
import { beginning } from './shown-text.tsx';
import { valueAt } from './table/value-at.ts';

/** The page of one whole document, such as an event of the trail or a line of a bill. */
export function DocumentPage({ view, id }: { view: IndexView; id: string }) {
  const asked = useRows({
    type: 'rows',
    view,
    filter: { type: 'term', field: '_id', value: id },
    sort: [],
    limit: 1,
    offset: 0,
  });
  const hit = asked.result?.hits[0];
  if (asked.error !== '') return <p class="panel-error">{asked.error}</p>;
  if (hit === undefined) {
    return (
      <p class="panel-empty" aria-busy={asked.waiting}>
        {asked.waiting ? '' : 'This document is not in the store: it may have been pruned.'}
      </p>
    );
  }
  const { _index, _source } = hit;
  return (
    <>
      <p class="muted lead">
        {headline(_source)} <code>{_index}</code>
      </p>
      <div class="grid">
        <section class="panel" style={{ '--width': 6 }} aria-label="Fields">
          <header class="panel-head">
            <h2>Fields</h2>
          </header>
          <Facts document={_source} />
        </section>
        <section class="panel" style={{ '--width': 6 }} aria-label="Whole document">
          <header class="panel-head">
            <h2>Whole document</h2>
          </header>
          <RecordTree value={_source} />
        </section>
      </div>
    </>
  );
}

const HEADLINE_CHARACTERS = 200;

function headline(document: Json): string {
  const said = ['event.action', 'aws.billing.usage_type', 'user.name', 'cloud.account.name', 'cloud.region'];
  return said
    .map((field) => valueAt(document, field))
    .filter((value) => typeof value === 'string')
    .map((value) => beginning(value, HEADLINE_CHARACTERS))
    .join(' · ');
}
