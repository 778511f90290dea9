import { Overlay } from './overlay.tsx';
import { jumps } from './routes.tsx';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'Search'],
  ['Ctrl K', 'Find a resource, an account or a dashboard'],
  ['↑ ↓', 'Move in a table'],
  ['← →', 'Move between the values of a row'],
  ['Enter', 'Open the row'],
  ['Ctrl C', 'Copy the row'],
  ['?', 'Show this help'],
];

/** The overlay that lists the keys. */
export function Help() {
  return (
    <Overlay label="Keyboard shortcuts">
      <div class="help">
        <h2>Keyboard shortcuts</h2>
        <dl>
          {KEYS.map(([key, what]) => (
            <Key key={key} keys={key} what={what} />
          ))}
        </dl>
        <h2>Go to</h2>
        <dl>
          {jumps.map(({ letter, title }) => (
            <Key key={letter} keys={`g ${letter}`} what={title} />
          ))}
        </dl>
      </div>
    </Overlay>
  );
}

const Key = ({ keys, what }: { keys: string; what: string }) => (
  <div>
    <dt>
      {keys.split(' ').map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </dt>
    <dd>{what}</dd>
  </div>
);
