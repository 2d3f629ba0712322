import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Of the element that has the focus first; without it the button that closes has it. */
const FIRST = "data-first";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A modal dialog of the browser's own: it keeps the focus, gives it back, and Escape closes it. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>(`[${FIRST}]`)?.focus();
    return () => element?.close();
  }, []);
  return (
    // Taken out of the page it closes as well: nobody has to be told of that any more.
    <dialog ref={dialog} onClose={() => dialog.current && onClose()} aria-labelledby="title-dialog">
      <header class="dialog-head">
        <h2 id="title-dialog">{title}</h2>
        <button type="button" class="quiet" onClick={onClose}>
          close
        </button>
      </header>
      {children}
    </dialog>
  );
}
