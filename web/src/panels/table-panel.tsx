import type { RowsQuery } from '../../../core/query.ts';
import { compileTable } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { rowsOf } from '../drill.ts';
import { choiceFor } from '../narrow.ts';
import { chooseTable, tables } from '../state.ts';
import { columnOf } from '../table/columns.ts';
import { DataTable } from '../table/data-table.tsx';
import { useRowPages } from '../table/row-pages.ts';
import { TableTools } from '../table/table-tools.tsx';
import { Empty } from './empty.tsx';
import { PanelFrame } from './panel-frame.tsx';

const ROWS = 10;

/** Rows, sorted by the column that is clicked; a click on a value narrows everything to it, one on a row's name opens it. */
export function TablePanel({ panel }: { panel: PanelOf<'table'> }) {
  const chosen = tables.value.get(panel.title);
  const sort = chosen?.sort ?? panel.sort;
  const columns =
    chosen?.columns?.map((field) => panel.columns.find((column) => column.field === field) ?? columnOf(field)) ?? panel.columns;
  const { limit: _limit, offset: _offset, ...query } = compileTable(panel, choiceFor(panel.view), { limit: 0, offset: 0, sort });
  const rows = useRowPages(query);
  const sortBy = (field: string) =>
    chooseTable(panel.title, {
      sort: { field, direction: sort.field === field && sort.direction === 'asc' ? 'desc' : 'asc' },
    });
  const height = rows.known ? Math.max(2, Math.min(ROWS, rows.total)) : ROWS;
  return (
    <PanelFrame
      title={panel.title}
      note={panel.note}
      width={panel.width}
      kind="table"
      asked={{ result: rows.known ? rows : undefined, error: rows.error, waiting: rows.waiting }}
      rows={height}
      aside={
        <TableTools
          title={panel.title}
          query={query satisfies Omit<RowsQuery, 'limit' | 'offset'>}
          rows={rows}
          columns={columns}
          onColumns={(fields) => chooseTable(panel.title, { columns: fields })}
          all={rowsOf(panel)}
        />
      }
    >
      {rows.known && rows.total === 0 ? (
        <Empty view={panel.view} />
      ) : (
        <DataTable
          title={panel.title}
          view={panel.view}
          rows={rows}
          columns={columns}
          sort={sort}
          onSort={sortBy}
          height={height}
        />
      )}
    </PanelFrame>
  );
}
