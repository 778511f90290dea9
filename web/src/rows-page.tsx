import { parseLucene } from '../../core/parse-lucene.ts';
import type { IndexView } from '../../core/query.ts';
import { choiceFor } from './narrow.ts';
import { Empty } from './panels/empty.tsx';
import { chooseTable, rowsTitle, rowsWhere, tables } from './state.ts';
import { columnOf, columnsFor } from './table/columns.ts';
import { DataTable } from './table/data-table.tsx';
import { useRowPages } from './table/row-pages.ts';
import { TableTools } from './table/table-tools.tsx';

const TITLE = 'Rows';

/** The rows behind a number: the documents of a view that match the number's conditions and the reader's choice. */
export function RowsPage({ view }: { view: IndexView }) {
  const where = rowsWhere.value;
  const plain = columnsFor(view, where);
  const chosen = tables.value.get(TITLE);
  const sort = chosen?.sort ?? plain.sort;
  const columns =
    chosen?.columns?.map((field) => plain.columns.find((column) => column.field === field) ?? columnOf(field)) ?? plain.columns;
  const { filter, time } = choiceFor(view);
  const condition = conditionOf(where);
  const query = {
    type: 'rows' as const,
    view,
    filter: { type: 'and' as const, filters: [condition.filter, filter] },
    time,
    sort: [sort],
  };
  const rows = useRowPages(query);
  const sortBy = (field: string) =>
    chooseTable(TITLE, { sort: { field, direction: sort.field === field && sort.direction === 'asc' ? 'desc' : 'asc' } });
  return (
    <section class="panel table rows-panel" aria-label={rowsTitle.value || TITLE} aria-busy={rows.waiting} data-panel={TITLE}>
      <header class="panel-head">
        <h2>
          <code>{where === '' ? `all of ${view}` : where}</code>
        </h2>
        <TableTools
          title={TITLE}
          query={query}
          rows={rows}
          columns={columns}
          onColumns={(fields) => chooseTable(TITLE, { columns: fields })}
        />
      </header>
      {condition.error !== '' || rows.error !== '' ? <p class="panel-error">{condition.error || rows.error}</p> : null}
      {rows.known && rows.total === 0 ? (
        <Empty view={view} />
      ) : (
        <DataTable title={TITLE} view={view} rows={rows} columns={columns} sort={sort} onSort={sortBy} />
      )}
    </section>
  );
}

function conditionOf(where: string) {
  try {
    return { filter: parseLucene(where), error: '' };
  } catch (error) {
    return { filter: { type: 'all' as const }, error: error instanceof Error ? error.message : String(error) };
  }
}
