import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { IndexView } from '../../core/query.ts';
import { VIEW_NAMES } from '../../core/view-names.ts';
import type { Dashboard, Panel } from '../../dashboards/dashboard.ts';
import { dashboards } from '../../dashboards/registry.ts';
import { followsTime, viewOf } from '../../dashboards/view-facts.ts';
import { choiceKnown, followAccounts } from './accounts.ts';
import { connected, followProgress, progress, useStatus } from './ask.ts';
import { Awaited } from './awaited.tsx';
import { DocumentPage } from './document-page.tsx';
import { followKeys } from './follow-keys.ts';
import { Help } from './help.tsx';
import { overlay } from './overlay.tsx';
import { Palette } from './palette.tsx';
import { BarsPanel } from './panels/bars-panel.tsx';
import { ForecastPanel } from './panels/forecast-panel.tsx';
import { GroupsPanel } from './panels/groups-panel.tsx';
import { MetricPanel } from './panels/metric-panel.tsx';
import { TablePanel } from './panels/table-panel.tsx';
import { TimeseriesPanel } from './panels/timeseries-panel.tsx';
import { ResourcePage } from './resource-page.tsx';
import { RowsPage } from './rows-page.tsx';
import { RunPage } from './run-page.tsx';
import { Chips, SelectorBar } from './selector-bar.tsx';
import { addressOf, page, parsedSearch, place, rowsTitle, rowsWhere, search } from './state.ts';
import { switchTheme, theme } from './theme.ts';
import { TimeRange } from './time-range.tsx';

const SAMPLE = 'made up: name your own accounts in lists/account.txt.';

/** The whole page: where one is, what is chosen, and what is shown of it. */
export function App() {
  useEffect(followProgress, []);
  useEffect(followAccounts, []);
  useEffect(followKeys, []);
  const dashboard = dashboards.find(({ id }) => id === page.value);
  const [first = '', second = ''] = place.value;
  const view = isView(first) ? first : undefined;
  const title = dashboard?.title ?? TITLES[page.value] ?? 'Not found';
  useEffect(() => {
    document.title = `${title} · orgscope`;
    scrollTo(0, 0);
  }, [title, first, second]);
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
      {dashboard !== undefined ? (
        <Toolbar
          key={dashboard.id}
          selectors={<SelectorBar dashboard={dashboard} />}
          timed={dashboard.panels.some((panel) => followsTime(panel.view))}
        />
      ) : page.value === 'rows' && view !== undefined ? (
        <Toolbar key="rows" selectors={<Chips />} timed={followsTime(view)} />
      ) : null}
      <main id="main" tabIndex={-1}>
        {dashboard !== undefined ? (
          <>
            <h1>{title}</h1>
            {choiceKnown.value ? <DashboardPage key={dashboard.id} dashboard={dashboard} /> : <Awaited />}
          </>
        ) : page.value === 'runs' ? (
          <>
            <h1>{title}</h1>
            <RunPage />
          </>
        ) : page.value === 'rows' && view !== undefined ? (
          <>
            <h1>{rowsTitle.value || title}</h1>
            {choiceKnown.value ? <RowsPage key={`${view} ${rowsWhere.value}`} view={view} /> : <Awaited />}
          </>
        ) : page.value === 'resource' && first !== '' ? (
          <ResourcePage key={first} called={first} />
        ) : page.value === 'document' && view !== undefined ? (
          <>
            <h1>{viewOf(view).documentTitle}</h1>
            <DocumentPage key={second} view={view} id={second} />
          </>
        ) : (
          <p class="panel-empty">
            There is no page called {page.value}. <a href={addressOf('overview')}>To the overview</a>
          </p>
        )}
      </main>
      {overlay.value === 'palette' ? <Palette /> : overlay.value === 'help' ? <Help /> : null}
    </>
  );
}

const TITLES: Readonly<Record<string, string>> = { runs: 'Runs', rows: 'Rows', resource: 'Resource', document: 'Document' };

const isView = (text: string): text is IndexView => (VIEW_NAMES as readonly string[]).includes(text);

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
          <p class="sample" role="note" title={SAMPLE}>
            <strong>Sample organisation</strong>
            <span class="hidden"> – {SAMPLE}</span>
          </p>
        ) : null}
        <button
          type="button"
          class="find"
          aria-label="Find (Ctrl K)"
          onClick={() => {
            overlay.value = 'palette';
          }}
        >
          <svg viewBox="0 0 20 20" width="15" height="15" aria-hidden="true">
            <circle cx="8.5" cy="8.5" r="5.5" fill="none" stroke="currentColor" stroke-width="1.8" />
            <path d="m13 13 4 4" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
          </svg>
          <span class="find-words">Find</span>
          <kbd>Ctrl K</kbd>
        </button>
        <button
          type="button"
          class="icon help-sign"
          aria-label="Keys"
          onClick={() => {
            overlay.value = 'help';
          }}
        >
          ?
        </button>
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

/** What narrows the panels: stays in sight while one scrolls. */
function Toolbar({ selectors, timed }: { selectors: ComponentChildren; timed: boolean }) {
  const { error } = parsedSearch.value;
  return (
    <div class="toolbar">
      <div class="toolbar-row">
        {selectors}
        <div class="tools">
          <label class="search">
            <span class="hidden">Search</span>
            <input
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
          {timed ? (
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
