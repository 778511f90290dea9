import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface MenuProps {
  readonly label: string;
  readonly sign: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A button that opens a small menu. Escape or a click elsewhere closes the menu. */
export function Menu({ label, sign, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const menuElement = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const onPress = (event: PointerEvent) => {
      if (event.target instanceof Node && menuElement.current?.contains(event.target) === false) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener('pointerdown', onPress);
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('pointerdown', onPress);
      document.removeEventListener('keydown', onKey);
    };
  }, [open]);
  return (
    <div class="menu" ref={menuElement}>
      <button ref={button} type="button" class="menu-sign" aria-label={label} aria-expanded={open} onClick={() => setOpen(!open)}>
        {sign}
      </button>
      {open ? <div class="choices menu-sheet">{children}</div> : null}
    </div>
  );
}
