import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** The overlay that is open, if any. */
export const overlay = signal<'palette' | 'help' | null>(null);

/** A modal dialog. The browser keeps the focus within it and closes it on Escape. */
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
