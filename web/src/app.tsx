import { Fragment } from 'preact';
import { useEffect } from 'preact/hooks';
import { followAccounts } from './accounts.ts';
import { connected, followProgress } from './ask.ts';
import { followKeys } from './follow-keys.ts';
import { Header } from './header.tsx';
import { Help } from './help.tsx';
import { overlay } from './overlay.tsx';
import { Palette } from './palette.tsx';
import { routes } from './routes.tsx';
import { addressOf, page, pathRest } from './state.ts';
import { Toolbar } from './toolbar.tsx';

/** The frame of every page, with the page that the address names. */
export function App() {
  useEffect(followProgress, []);
  useEffect(followAccounts, []);
  useEffect(followKeys, []);
  const route = routes.find(({ path }) => path === page.value);
  const opened = route?.open(pathRest.value);
  const title = route?.title ?? 'Not found';
  const address = [page.value, ...pathRest.value].join('/');
  useEffect(() => {
    document.title = `${title} · orgscope`;
    scrollTo(0, 0);
  }, [title, address]);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <Header />
      {connected.value ? null : (
        <p class="lost" role="status">
          orgscope does not answer, so this page may be out of date. It keeps trying to reconnect.
        </p>
      )}
      {opened?.toolbar === undefined ? null : <Toolbar key={page.value} {...opened.toolbar} />}
      <main id="main" tabIndex={-1}>
        {opened === undefined ? (
          <p class="panel-empty">
            There is no page called {page.value}. <a href={addressOf('overview')}>Go to the overview</a>
          </p>
        ) : (
          <Fragment key={opened.key}>
            {opened.heading === undefined ? null : <h1>{opened.heading}</h1>}
            {opened.content}
          </Fragment>
        )}
      </main>
      {overlay.value === 'palette' ? <Palette /> : overlay.value === 'help' ? <Help /> : null}
    </>
  );
}
