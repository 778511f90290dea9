import type { Json } from '../../core/json.ts';
import { resourceAddress } from './drill.ts';
import { ShownEntries } from './shown-entries.tsx';
import { beginning, ShownText } from './shown-text.tsx';

/** Texts that link to a resource: an ARN, or an id with hexadecimal digits. */
const CALLED_CHARACTERS = 2_048;
const CALLED = /^(arn:[^\s*]+|[a-z]+(-[a-z]+)*-[0-9a-f]{8,17})$/;

const KEY_CHARACTERS = 100;

/** A whole record as a tree. Nested members open and close, and ids link to their resources. */
export function RecordTree({ value, open = true }: { value: Json; open?: boolean }) {
  if (value === null || typeof value !== 'object') return <Leaf value={value} />;
  const entries = Array.isArray(value) ? value.map((inner, index) => [String(index), inner] as const) : Object.entries(value);
  if (entries.length === 0) return <span class="muted">{Array.isArray(value) ? 'none' : 'nothing'}</span>;
  return (
    <ul class="tree">
      <ShownEntries entries={entries}>
        {([key, inner]) => (
          <li key={key}>
            {isBranch(inner) ? (
              <details open={open}>
                <summary>
                  <span class="tree-key">{beginning(key, KEY_CHARACTERS)}</span>
                  <span class="muted"> {sizeOf(inner)}</span>
                </summary>
                <RecordTree value={inner} open={open} />
              </details>
            ) : (
              <p class="tree-leaf">
                <span class="tree-key">{beginning(key, KEY_CHARACTERS)}</span>
                <RecordTree value={inner} />
              </p>
            )}
          </li>
        )}
      </ShownEntries>
    </ul>
  );
}

const isBranch = (value: Json): value is Json[] | { [key: string]: Json } =>
  value !== null && typeof value === 'object' && Object.keys(value).length > 0;

function sizeOf(value: Json[] | { [key: string]: Json }): string {
  if (!Array.isArray(value)) return '';
  return value.length === 1 ? '1 entry' : `${value.length} entries`;
}

export function Leaf({ value }: { value: Json | undefined }) {
  if (value === null || value === undefined || value === '') return <span class="muted">–</span>;
  const text = String(value);
  if (typeof value === 'string' && text.length <= CALLED_CHARACTERS && CALLED.test(text))
    return <a href={resourceAddress(text)}>{text}</a>;
  return (
    <span class={typeof value === 'string' ? 'leaf' : 'leaf literal'}>
      <ShownText text={text} />
    </span>
  );
}
