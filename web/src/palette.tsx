import { useEffect, useRef, useState } from 'preact/hooks';
import type { FoundResource } from '../../core/api/resources.ts';
import { dashboards } from '../../dashboards/registry.ts';
import { accountNames } from './accounts.ts';
import { findResources } from './ask.ts';
import { resourceAddress } from './drill.ts';
import { kindName } from './kind-name.ts';
import { Overlay, overlay } from './overlay.tsx';
import { mainPages } from './routes.tsx';
import { addressOf, page } from './state.ts';

const RESOURCES = 12;
const ACCOUNTS = 6;
/** A search starts once the reader has not typed for so long. */
const PAUSE_MS = 120;

interface Entry {
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  readonly address: string;
}

/** The command palette: finds pages, accounts, and resources by id, ARN, address or name. */
export function Palette() {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const { resources, waiting } = useFound(typed.trim());
  const entries = entriesFor(typed.trim(), resources);
  const chosen = Math.min(at, entries.length - 1);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const go = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    overlay.value = null;
    location.hash = entry.address;
  };
  return (
    <Overlay label="Find">
      <input
        class="palette-input"
        type="text"
        role="combobox"
        aria-label="Find a resource, an account or a dashboard"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={entries.length > 0 ? `palette-${chosen}` : undefined}
        placeholder="Id, ARN, address, name…"
        autocomplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, entries.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
          else if (event.key === 'Enter') go(entries[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      <div ref={list} id="palette-list" class="palette-list" role="listbox" aria-label="Results" aria-busy={waiting}>
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the field does the same
          <div
            key={`${entry.kind} ${entry.address}`}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            tabIndex={-1}
            onClick={() => go(entry)}
            onPointerMove={() => setAt(index)}
          >
            <span class="palette-title">{entry.title}</span>
            <span class="palette-detail muted">{entry.detail}</span>
            <span class="palette-kind muted">{entry.kind}</span>
          </div>
        ))}
      </div>
      {entries.length === 0 ? <p class="panel-empty palette-empty">{waiting ? 'Searching…' : 'No matches.'}</p> : null}
    </Overlay>
  );
}

/** Searches as the reader types. The last answer stays until the next one arrives. */
function useFound(text: string): { resources: readonly FoundResource[]; waiting: boolean } {
  const [found, setFound] = useState<{ text: string; resources: readonly FoundResource[] }>({ text: '', resources: [] });
  useEffect(() => {
    if (text === '') return;
    const aborter = new AbortController();
    const timer = setTimeout(() => {
      findResources(text, RESOURCES, aborter.signal).then(
        ({ resources }) => setFound({ text, resources }),
        () => {
          if (!aborter.signal.aborted) setFound({ text, resources: [] });
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [text]);
  return { resources: text === '' ? [] : found.resources, waiting: text !== '' && found.text !== text };
}

function entriesFor(text: string, resources: readonly FoundResource[]): Entry[] {
  const words = text.toLowerCase().split(/\s+/);
  const matches = (...parts: readonly string[]) => words.every((word) => parts.join(' ').toLowerCase().includes(word));
  const pages = mainPages
    .filter(({ title }) => matches(title))
    .map(({ path, title, description }) => ({ kind: 'Dashboard', title, detail: description, address: addressOf(path) }));
  // Choosing an account narrows the open dashboard.
  const here = dashboards.some(({ id }) => id === page.value) ? page.value : 'overview';
  const accounts = [...accountNames.value]
    .filter(([id, name]) => text !== '' && matches(name, id))
    .slice(0, ACCOUNTS)
    .map(([id, name]) => ({
      kind: 'Account',
      title: name,
      detail: id,
      address: addressOf(here, { chips: [{ field: 'cloud.account.name', value: name, not: false }] }),
    }));
  const found = resources.map((resource) => ({
    kind: kindName(resource.type),
    title: resource.name ?? resource.id,
    detail: [
      resource.name === null || resource.name === resource.id ? '' : resource.id,
      resource.accountName ?? resource.accountId,
      resource.region,
      resource.gone ? 'gone' : '',
    ]
      .filter((part) => part !== '')
      .join(' · '),
    address: resourceAddress(resource.key),
  }));
  // A resource that inventory has never seen still has a page, with its events and its costs.
  const asWritten =
    /^(arn:|[a-z]+-[0-9a-f]{8})/.test(text) && found.length === 0
      ? [{ kind: 'Resource', title: text, detail: 'events and costs', address: resourceAddress(text) }]
      : [];
  return [...pages, ...accounts, ...found, ...asWritten];
}
