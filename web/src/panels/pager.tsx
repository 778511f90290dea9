import { format } from '../format.ts';

/** Buttons for the pages of a table, with the number of rows. */
export function Pager({
  title,
  rows,
  page,
  pages,
  onPage,
}: {
  title: string;
  rows: number;
  page: number;
  pages: number;
  onPage: (page: number) => void;
}) {
  return (
    <nav class="pager" aria-label={`Pages of ${title}`}>
      <span>{rows === 1 ? '1 row' : `${format(rows, 'number')} rows`}</span>
      <button type="button" onClick={() => onPage(page - 1)} disabled={page === 0} aria-label="Previous page">
        ‹
      </button>
      <span>
        {format(page + 1, 'number')} / {format(pages, 'number')}
      </span>
      <button type="button" onClick={() => onPage(page + 1)} disabled={page + 1 >= pages} aria-label="Next page">
        ›
      </button>
    </nav>
  );
}
