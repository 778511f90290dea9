import { useStatus } from './ask.ts';
import { overlay } from './overlay.tsx';
import { mainPages } from './routes.tsx';
import { addressOf, page } from './state.ts';
import { switchTheme, theme } from './theme.ts';

const SAMPLE = 'This organisation is made up. Name your own accounts in lists/account.txt.';

/** The bar at the top: navigation, the mark of the sample organisation, the palette, the keys and the colours. */
export function Header() {
  const status = useStatus().result;
  return (
    <header class="top">
      <div class="top-row">
        <a class="brand" href={addressOf('overview')} aria-label="orgscope">
          <img src="/icon.svg" alt="" width="26" height="26" /> <span class="brand-name">orgscope</span>
        </a>
        <nav aria-label="Navigation">
          {mainPages.map(({ path, title, Badge }) => (
            <a key={path} href={addressOf(path)} aria-current={page.value === path ? 'page' : undefined}>
              {title}
              {Badge === undefined ? null : <Badge />}
            </a>
          ))}
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
          aria-label="Keyboard shortcuts"
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
