import type { ComponentChildren } from 'preact';
import type { Asked } from '../ask.ts';

interface FrameProps {
  readonly title: string;
  readonly width: number;
  readonly kind: string;
  readonly asked: Asked<unknown>;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The card around a panel: its title, that it waits, and what went wrong in asking. */
export function PanelFrame({ title, width, kind, asked, aside, children }: FrameProps) {
  return (
    <section class={`panel ${kind}`} style={{ '--width': width }} aria-label={title} aria-busy={asked.waiting} data-panel={title}>
      <header class="panel-head">
        <h2>{title}</h2>
        {aside}
      </header>
      {asked.error === '' ? children : <p class="panel-error">{asked.error}</p>}
    </section>
  );
}

export function Empty() {
  return <p class="panel-empty">Nothing here for this choice.</p>;
}
