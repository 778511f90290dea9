import { useEffect, useRef } from 'preact/hooks';
import type { Dashboard, Panel } from '../../dashboards/dashboard.ts';
import { followsTime } from '../../dashboards/knows-field.ts';
import { dashboards } from '../../dashboards/registry.ts';
import { followAccounts } from './accounts.ts';
import { connected, followProgress, progress, useStatus } from './ask.ts';
import { BarsPanel } from './panels/bars-panel.tsx';
import { ForecastPanel } from './panels/forecast-panel.tsx';
import { GroupsPanel } from './panels/groups-panel.tsx';
import { MetricPanel } from './panels/metric-panel.tsx';
import { TablePanel } from './panels/table-panel.tsx';
import { TimeseriesPanel } from './panels/timeseries-panel.tsx';
import { RunPage } from './run-page.tsx';
import { SelectorBar } from './selector-bar.tsx';
import { addressOf, page, parsedSearch, search } from './state.ts';
import { switchTheme, theme } from './theme.ts';
import { TimeRange } from './time-range.tsx';

/** The whole page: where one is, what is chosen, and the dashboard or the runs. */
export function App() {
  useEffect(followProgress, []);
  useEffect(followAccounts, []);
  const dashboard = dashboards.find(({ id }) => id === page.value);
  const known = dashboard !== undefined || page.value === 'runs';
  const title = dashboard?.title ?? (known ? 'Runs' : 'Not found');
  useEffect(() => {
    document.title = `${title} · orgscope`;
    scrollTo(0, 0);
  }, [title]);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        To the content
      </button>
      <Header />
      {connected.value ? null : (
        <p class="lost" role="status">
          orgscope does not answer: what is shown may be old. The page goes on trying.
        </p>
      )}
      {dashboard === undefined ? null : <Toolbar key={dashboard.id} dashboard={dashboard} />}
      <main id="main" tabIndex={-1}>
        <h1>{title}</h1>
        {dashboard !== undefined ? (
          <DashboardPage key={dashboard.id} dashboard={dashboard} />
        ) : known ? (
          <RunPage />
        ) : (
          <p class="panel-empty">
            There is no dashboard called {page.value}. <a href={addressOf('overview')}>To the overview</a>
          </p>
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
        <a class="brand" href={addressOf('overview')} aria-label="orgscope">
          <img src="/icon.svg" alt="" width="26" height="26" /> <span class="brand-name">orgscope</span>
        </a>
        <nav aria-label="Navigation">
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
        {status?.info.sample === true ? (
          <p class="sample" role="note">
            <strong>Sample organisation</strong>
            <span class="sample-more">
              {' '}
              – made up. Name your accounts in <code>lists/account.txt</code>.
            </span>
          </p>
        ) : null}
        <button
          type="button"
          class="icon"
          onClick={switchTheme}
          aria-label={theme.value === 'dark' ? 'Light colours' : 'Dark colours'}
        >
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
            <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
          </svg>
        </button>
      </div>
    </header>
  );
}

/** What narrows the dashboard: stays in sight while one scrolls. */
function Toolbar({ dashboard }: { dashboard: Dashboard }) {
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
    <div class="toolbar">
      <div class="toolbar-row">
        <SelectorBar dashboard={dashboard} />
        <div class="tools">
          <label class="search">
            <span class="hidden">Search</span>
            <input
              ref={box}
              type="search"
              placeholder="word, field:value, AND OR NOT   ( / )"
              spellcheck={false}
              autocomplete="off"
              value={search.value}
              aria-invalid={error !== ''}
              aria-describedby="search-error"
              onChange={(event) => {
                search.value = event.currentTarget.value.trim();
              }}
            />
          </label>
          {dashboard.panels.some(({ view }) => followsTime(view)) ? (
            <TimeRange />
          ) : (
            <span class="current-state" title="These panels show what is there now; no time range hides any of it">
              Current state
            </span>
          )}
        </div>
        <p id="search-error" class="panel-error" role="alert" hidden={error === ''}>
          {error}
        </p>
      </div>
    </div>
  );
}

function DashboardPage({ dashboard }: { dashboard: Dashboard }) {
  return (
    <>
      <p class="muted lead">{dashboard.description}</p>
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
    case 'forecast':
      return <ForecastPanel panel={panel} />;
    case 'groups':
      return <GroupsPanel panel={panel} />;
    case 'timeseries':
      return <TimeseriesPanel panel={panel} />;
    case 'bars':
      return <BarsPanel panel={panel} />;
    case 'table':
      return <TablePanel panel={panel} />;
  }
}
