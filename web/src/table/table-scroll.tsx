import type { ComponentChildren, Ref } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface TableScrollProps {
  readonly label: string;
  readonly kind?: string;
  readonly height?: string | undefined;
  /** Receives the scrolling element, for callers that measure it. */
  readonly scroller?: Ref<HTMLElement>;
  /** Whether Tab stops at it: without focusable content the arrow keys must scroll it. */
  readonly stop?: boolean;
  readonly children: ComponentChildren;
}

/** The container in which a table scrolls. A shade at an edge shows that there are more columns on that side. */
export function TableScroll({ label, kind = '', height, scroller, stop = false, children }: TableScrollProps) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const scrolled = frame.current?.firstElementChild;
    if (frame.current === null || !(scrolled instanceof HTMLElement)) return undefined;
    const { dataset } = frame.current;
    const look = () => {
      const { scrollLeft, scrollWidth, clientWidth } = scrolled;
      const sides = [...(scrollLeft > 1 ? ['left'] : []), ...(scrollLeft + clientWidth < scrollWidth - 1 ? ['right'] : [])];
      dataset.more = sides.join(' ');
    };
    const observer = new ResizeObserver(look);
    for (const element of [scrolled, ...scrolled.children]) observer.observe(element);
    scrolled.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      observer.disconnect();
      scrolled.removeEventListener('scroll', look);
    };
  }, []);
  return (
    <div class="table-frame" ref={frame}>
      <section
        ref={scroller ?? null}
        class={`table-scroll ${kind}`}
        style={height === undefined ? {} : { height }}
        aria-label={label}
        {...(stop ? { tabIndex: 0 } : {})}
      >
        {children}
      </section>
    </div>
  );
}
