import type { ComponentChildren, ComponentType } from 'preact';
import type { IndexView } from '../../core/query.ts';
import { VIEW_NAMES } from '../../core/view-names.ts';
import type { Dashboard } from '../../dashboards/dashboard.ts';
import { dashboards } from '../../dashboards/registry.ts';
import { followsTime, viewOf } from '../../dashboards/view-facts.ts';
import { choiceKnown } from './accounts.ts';
import { Awaited } from './awaited.tsx';
import { DashboardPage } from './dashboard-page.tsx';
import { DocumentPage } from './document-page.tsx';
import { ResourcePage } from './resource-page.tsx';
import { RowsPage } from './rows-page.tsx';
import { RunBadge } from './run-badge.tsx';
import { RunPage } from './run-page.tsx';
import { Chips, SelectorBar } from './selector-bar.tsx';
import { letters } from './shortcuts.ts';
import { rowsTitle, rowsWhere } from './state.ts';

/** A page of the address `#/path/rest…`. */
interface Route {
  readonly path: string;
  /** Shown in the title of the browser's window. */
  readonly title: string;
  /** Pages with a description are in the navigation, in the palette, and behind `g` and a letter. */
  readonly description?: string;
  /** Shown beside the title in the navigation. */
  readonly Badge?: ComponentType;
  /** What the rest of the address opens; undefined where it has no meaning. */
  open(rest: readonly string[]): OpenPage | undefined;
}

interface OpenPage {
  /** A page with another key is mounted anew, without the state of the page before. */
  readonly key: string;
  /** The heading; absent on pages that render their own. */
  readonly heading?: string;
  /** The controls that narrow the page, shown above it. */
  readonly toolbar?: { readonly selectors: ComponentChildren; readonly timed: boolean };
  readonly content: ComponentChildren;
}

/** Every page, the dashboards first. */
export const routes: readonly Route[] = [
  ...dashboards.map(dashboardRoute),
  {
    path: 'runs',
    title: 'Runs',
    description: 'What ran, what failed and why.',
    Badge: RunBadge,
    open: () => ({ key: 'runs', heading: 'Runs', content: <RunPage /> }),
  },
  {
    path: 'rows',
    title: 'Rows',
    open([view]) {
      if (!isView(view)) return undefined;
      return {
        key: `rows ${view} ${rowsWhere.value}`,
        heading: rowsTitle.value || 'Rows',
        toolbar: { selectors: <Chips />, timed: followsTime(view) },
        content: choiceKnown.value ? <RowsPage view={view} /> : <Awaited />,
      };
    },
  },
  {
    path: 'resource',
    title: 'Resource',
    open: ([called = '']) =>
      called === '' ? undefined : { key: `resource ${called}`, content: <ResourcePage called={called} /> },
  },
  {
    path: 'document',
    title: 'Document',
    open([view, id = '']) {
      if (!isView(view)) return undefined;
      return {
        key: `document ${id}`,
        heading: viewOf(view).documentTitle,
        content: <DocumentPage view={view} id={id} />,
      };
    },
  },
];

/** The pages that the navigation, the palette and the keys lead to. */
export const mainPages = routes.flatMap(({ path, title, description, Badge }) =>
  description === undefined ? [] : [{ path, title, description, Badge }],
);

/** The pages that `g` and a letter open. */
export const jumps = letters(mainPages);

function dashboardRoute(dashboard: Dashboard): Route {
  const { id, title, description, panels } = dashboard;
  return {
    path: id,
    title,
    description,
    open: () => ({
      key: id,
      heading: title,
      toolbar: { selectors: <SelectorBar dashboard={dashboard} />, timed: panels.some(({ view }) => followsTime(view)) },
      content: choiceKnown.value ? <DashboardPage dashboard={dashboard} /> : <Awaited />,
    }),
  };
}

const isView = (text: string | undefined): text is IndexView => (VIEW_NAMES as readonly (string | undefined)[]).includes(text);
