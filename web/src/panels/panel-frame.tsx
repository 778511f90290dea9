import type { ComponentChildren } from 'preact';
import type { Asked } from '../ask.ts';

interface FrameProps {
  readonly title: string;
  /** How the number is calculated. */
  readonly note?: string | undefined;
  readonly width: number;
  readonly kind: string;
  readonly asked: Asked<unknown>;
  /** The number of rows that are expected. Their space is reserved, so that nothing jumps when they arrive. */
  readonly rows?: number;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The card around a panel, with its title, its loading state and its error. */
export function PanelFrame({ title, note, width, kind, asked, rows, aside, children }: FrameProps) {
  return (
    <section
      class={`panel ${kind}`}
      style={{ '--width': width, '--rows': rows ?? 0 }}
      aria-label={title}
      aria-busy={asked.waiting}
      data-panel={title}
    >
      <header class="panel-head">
        <h2 title={note}>
          {title}
          {note === undefined ? null : (
            <>
              <span class="note" aria-hidden="true">
                i
              </span>
              <span class="hidden"> – {note}</span>
            </>
          )}
        </h2>
        {aside}
      </header>
      {asked.error === '' ? children : <p class="panel-error">{asked.error}</p>}
      {asked.result === undefined && asked.error === '' ? <div class="skeleton" aria-hidden="true" /> : null}
    </section>
  );
}
