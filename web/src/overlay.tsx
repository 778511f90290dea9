import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** What lies over the page, if anything. */
export const overlay = signal<'palette' | 'help' | null>(null);

/** A sheet over the page; the browser keeps the focus within and closes it on Escape. */
export function Overlay({ label, children }: { label: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const box = dialog.current;
    box?.showModal();
    return () => box?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same
    <dialog
      ref={dialog}
      class="overlay"
      aria-label={label}
      onClose={() => {
        overlay.value = null;
      }}
      onClick={(event) => {
        if (event.target === dialog.current) overlay.value = null;
      }}
    >
      {children}
    </dialog>
  );
}
