import { overlay } from './overlay.tsx';
import { jumps } from './routes.tsx';
import { addressOf } from './state.ts';

/** How long the second key of `g` and a letter may take. */
const PATIENCE_MS = 1_500;

/** The page's keys: `/` to the search, `g` and a letter to a page, Ctrl or Cmd and K to the palette, `?` to the help. Returns the function that ends this. */
export function followKeys(): () => void {
  // Time stamps of events count from the start of the page, so a zero here would make every key of the first second follow a `g`.
  let since = Number.NEGATIVE_INFINITY;
  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      overlay.value = overlay.value === 'palette' ? null : 'palette';
      return;
    }
    const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (typing || overlay.value !== null || event.ctrlKey || event.metaKey || event.altKey) return;
    const waiting = event.timeStamp - since < PATIENCE_MS;
    since = Number.NEGATIVE_INFINITY;
    if (waiting) {
      const jump = jumps.find(({ letter }) => letter === event.key.toLowerCase());
      if (jump === undefined) return;
      location.hash = addressOf(jump.path);
    } else if (event.key === 'g') since = event.timeStamp;
    else if (event.key === '/') document.querySelector<HTMLInputElement>('.search input')?.focus();
    else if (event.key === '?') overlay.value = 'help';
    else return;
    event.preventDefault();
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}
