import { useEffect, useRef } from 'preact/hooks';
import type { Dashboard, Panel } from '../../dashboards/dashboard.ts';
import { dashboards } from '../../dashboards/registry.ts';
import { followProgress, progress, useStatus } from './ask.ts';
import { BarsPanel } from './panels/bars-panel.tsx';
import { MetricPanel } from './panels/metric-panel.tsx';
import { TablePanel } from './panels/table-panel.tsx';
import { TimeseriesPanel } from './panels/timeseries-panel.tsx';
import { RunPage } from './run-page.tsx';
import { SelectorBar } from './selector-bar.tsx';
import { addressOf, page, parsedSearch, RANGES, range, search } from './state.ts';
import { switchTheme, theme } from './theme.ts';

/** The whole page: where one is, what is chosen, and the dashboard or the runs. */
export function App() {
  useEffect(followProgress, []);
  const dashboard = dashboards.find(({ id }) => id === page.value);
  const title = dashboard?.title ?? 'Runs';
  useEffect(() => {
    document.title = `${title} · orgscope`;
  }, [title]);
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <Header />
      <main id="main">
        {dashboard === undefined ? (
          <>
            <h1>Runs</h1>
            <RunPage />
          </>
        ) : (
          <DashboardPage key={dashboard.id} dashboard={dashboard} />
        )}
      </main>
    </>
  );
}

function Header() {
  const status = useStatus().result;
  const failed = status?.runs[0]?.totals.failedJobs ?? 0;
  const running = progress.value;
  const done = running?.pipelines.reduce((sum, pipeline) => sum + pipeline.done, 0) ?? 0;
  const planned = running?.pipelines.reduce((sum, pipeline) => sum + pipeline.planned, 0) ?? 0;
  return (
    <header class="top">
      <div class="top-row">
        <a class="brand" href={addressOf('overview')}>
          <img src="/icon.svg" alt="" width="26" height="26" /> orgscope
        </a>
        <nav aria-label="Dashboards">
          {dashboards.map(({ id, title }) => (
            <a key={id} href={addressOf(id)} aria-current={page.value === id ? 'page' : undefined}>
              {title}
            </a>
          ))}
          <a href={addressOf('runs')} aria-current={page.value === 'runs' ? 'page' : undefined}>
            Runs
            {running !== null ? (
              <span class="badge">{planned === 0 ? '…' : `${Math.floor((done / planned) * 100)} %`}</span>
            ) : failed > 0 ? (
              <span class="badge bad">{failed} failed</span>
            ) : null}
          </a>
        </nav>
        <button
          type="button"
          class="icon"
          onClick={switchTheme}
          aria-label={theme.value === 'dark' ? 'Light colours' : 'Dark colours'}
        >
          {theme.value === 'dark' ? '☀' : '☾'}
        </button>
      </div>
      {status?.info.sample === true ? (
        <p class="sample" role="note">
          <strong>Sample organisation.</strong> These accounts are made up. Name your own in <code>lists/account.txt</code> and
          start again.
        </p>
      ) : null}
    </header>
  );
}

function DashboardPage({ dashboard }: { dashboard: Dashboard }) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.key !== '/' || typing) return;
      event.preventDefault();
      box.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const { error } = parsedSearch.value;
  return (
    <>
      <div class="title-row">
        <div>
          <h1>{dashboard.title}</h1>
          <p class="muted">{dashboard.description}</p>
        </div>
        <div class="tools">
          <label class="search">
            <span class="hidden">Search</span>
            <input
              ref={box}
              type="search"
              placeholder="Search: word, field:value, AND, OR, NOT   ( / )"
              spellcheck={false}
              value={search.value}
              aria-invalid={error !== ''}
              aria-describedby="search-error"
              onChange={(event) => {
                search.value = event.currentTarget.value.trim();
              }}
            />
          </label>
          <label>
            <span class="hidden">Time range</span>
            <select
              value={range.value}
              onChange={(event) => {
                range.value = RANGES.find(({ id }) => id === event.currentTarget.value)?.id ?? range.value;
              }}
            >
              {RANGES.map(({ id, label }) => (
                <option key={id} value={id}>
                  {id === 'all' ? label : `Last ${label}`}
                </option>
              ))}
            </select>
          </label>
        </div>
      </div>
      <p id="search-error" class="panel-error" role="alert" hidden={error === ''}>
        {error}
      </p>
      <SelectorBar dashboard={dashboard} />
      <div class="grid">
        {dashboard.panels.map((panel) => (
          <PanelOfType key={panel.title} panel={panel} />
        ))}
      </div>
    </>
  );
}

function PanelOfType({ panel }: { panel: Panel }) {
  switch (panel.type) {
    case 'metric':
      return <MetricPanel panel={panel} />;
    case 'timeseries':
      return <TimeseriesPanel panel={panel} />;
    case 'bars':
      return <BarsPanel panel={panel} />;
    case 'table':
      return <TablePanel panel={panel} />;
  }
}
