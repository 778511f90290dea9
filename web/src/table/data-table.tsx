import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Hit, IndexView } from '../../../core/query.ts';
import { format, isNumeric } from '../format.ts';
import { Cell } from './cell.tsx';
import { columnNeeds, namingColumn } from './column-needs.ts';
import type { Column } from './columns.ts';
import { copyText } from './copy-text.ts';
import { fitColumns } from './fit-columns.ts';
import { rowAddress } from './row-address.ts';
import type { RowPages } from './row-pages.ts';
import { TableScroll } from './table-scroll.tsx';
import { valueAt } from './value-at.ts';

export const ROW_PX = 32;
const HEAD_PX = 34;
/** Browsers draw no element higher than about 16 million pixels. */
export const MOST_ROWS = 400_000;
const OVERSCAN = 6;

interface DataTableProps {
  readonly title: string;
  readonly view: IndexView;
  readonly rows: RowPages;
  readonly columns: readonly Column[];
  readonly sort: { readonly field: string; readonly direction: 'asc' | 'desc' };
  readonly onSort: (field: string) => void;
  /** The number of visible rows; without it the table fills the window. */
  readonly height?: number | undefined;
}

/** A table of any length: only visible rows are drawn, and only rows near them are asked for. Arrow keys move, Enter opens. */
export function DataTable({ title, view, rows, columns, sort, onSort, height }: DataTableProps) {
  const scroller = useRef<HTMLElement>(null);
  const [, draw] = useState(0);
  const [active, setActive] = useState(0);
  const [room, setRoom] = useState(0);
  const focusing = useRef(false);
  const count = Math.min(rows.total, MOST_ROWS);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    paddingStart: HEAD_PX,
    scrollPaddingStart: HEAD_PX,
    scrollToFn: elementScroll<HTMLElement>,
    observeElementRect: observeElementRect<HTMLElement>,
    observeElementOffset: observeElementOffset<HTMLElement>,
    onChange: () => draw((drawn) => drawn + 1),
  };
  const made = useRef<Virtualizer<HTMLElement, HTMLElement>>(null);
  made.current ??= new Virtualizer<HTMLElement, HTMLElement>(options);
  const virtualizer = made.current;
  virtualizer.setOptions(options);
  useEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => {
    if (scroller.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setRoom(entry?.target.clientWidth ?? 0));
    observer.observe(scroller.current);
    setRoom(scroller.current.clientWidth);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => virtualizer._willUpdate());

  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= first) rows.want(first, last);
  }, [first, last, rows.known]);
  // A new question starts at the top.
  const order = `${sort.field} ${sort.direction}`;
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
    setActive(0);
  }, [order]);
  useLayoutEffect(() => {
    if (!focusing.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`tr[data-row="${active}"]`);
    if (row === null || row === undefined) return;
    focusing.current = false;
    row.focus({ preventScroll: true });
  });

  const named = namingColumn(columns);
  const needs = useMemo(() => columnNeeds(columns, rows, sort.field), [columns, rows.row(0), rows.total, rows.known, sort.field]);
  const widths = fitColumns(needs, room);
  const move = (to: number) => {
    const next = Math.max(0, Math.min(count - 1, to));
    focusing.current = true;
    setActive(next);
    virtualizer.scrollToIndex(next, { align: 'auto' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey || (event.ctrlKey && event.key !== 'c')) return;
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - HEAD_PX) / ROW_PX) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: count - 1,
    };
    const to = steps[event.key];
    const hit = rows.row(active);
    const row = event.currentTarget instanceof HTMLElement ? event.currentTarget.querySelector(`tr[data-row="${active}"]`) : null;
    if (to !== undefined) move(to);
    else if (event.key === 'Enter' && event.target === row && hit !== undefined) location.hash = rowAddress(view, hit);
    else if (event.key === 'c' && event.ctrlKey && hit !== undefined && String(getSelection()) === '')
      void copyText(asLine(hit, columns));
    else if ((event.key === 'ArrowRight' || event.key === 'ArrowLeft') && row !== null) {
      const cells = [...row.querySelectorAll<HTMLElement>('a, button')];
      const at = cells.indexOf(document.activeElement as HTMLElement) + (event.key === 'ArrowRight' ? 1 : -1);
      const target = at < 0 ? row : cells[Math.min(at, cells.length - 1)];
      if (target instanceof HTMLElement) target.focus();
    } else return;
    event.preventDefault();
  };

  const before = (items[0]?.start ?? HEAD_PX) - HEAD_PX;
  const after = items.length === 0 ? 0 : virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  const shown = height === undefined ? undefined : `${HEAD_PX + height * ROW_PX + 1}px`;
  return (
    <TableScroll scroller={scroller} height={shown} label={`${title}, rows`}>
      <table aria-rowcount={rows.total + 1} style={{ minWidth: `${widths.reduce((sum, width) => sum + width, 0)}px` }}>
        <colgroup>
          {widths.map((width, index) => (
            <col key={columns[index]?.field} style={{ width: `${width}px` }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map(({ field, label, format: as }) => (
              <th
                key={field}
                scope="col"
                class={isNumeric(as) ? 'right' : ''}
                aria-sort={sort.field !== field ? 'none' : sort.direction === 'asc' ? 'ascending' : 'descending'}
              >
                <button type="button" title={field} onClick={() => onSort(field)}>
                  {label}
                  {sort.field === field ? (
                    <span class="sort-mark" aria-hidden="true">
                      {sort.direction === 'asc' ? '↑' : '↓'}
                    </span>
                  ) : null}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={onKeyDown}>
          {before > 0 ? <Space height={before} /> : null}
          {items.map(({ index }) => {
            const hit = rows.row(index);
            const href = hit === undefined ? undefined : rowAddress(view, hit);
            return (
              <tr
                key={index}
                data-row={index}
                aria-rowindex={index + 2}
                tabIndex={index === Math.min(active, count - 1) ? 0 : -1}
                onFocus={() => setActive(index)}
              >
                {columns.map((column, place) =>
                  hit === undefined ? (
                    <td key={column.field} class="awaited" />
                  ) : (
                    <Cell
                      key={column.field}
                      column={column}
                      value={valueAt(hit._source, column.field)}
                      href={place === named ? href : undefined}
                    />
                  ),
                )}
              </tr>
            );
          })}
          {after > 0 ? <Space height={after} /> : null}
        </tbody>
      </table>
    </TableScroll>
  );
}

/** The empty space of the rows that are not drawn. */
const Space = ({ height }: { height: number }) => <tr class="space" style={{ height: `${height}px` }} />;

/** Tabs between values, for a spreadsheet. */
export const asLine = (hit: Hit, columns: readonly Column[]): string =>
  columns.map(({ field, format: as }) => format(valueAt(hit._source, field), as).replaceAll(/[\t\n]/g, ' ')).join('\t');
