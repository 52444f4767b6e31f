// A dialog on the browser's own element: it traps the focus, closes by Escape and gives the focus back.
import { Cross2Icon } from "@radix-ui/react-icons";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { classNames } from "../class-names.ts";
import { IconButton } from "../controls/button.tsx";
import styles from "./dialog.module.css";
import { LayerContext } from "./layer.ts";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons at the bottom, the one that goes on last. */
  readonly actions?: ReactNode;
  /** `top`: hangs from the top, without a heading that is seen. */
  readonly place?: "middle" | "top";
  readonly wide?: boolean;
}

/** Open as long as it is rendered. */
export function Dialog({ title, onClose, children, actions, place = "middle", wide = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [layer, setLayer] = useState<HTMLElement | null>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    setLayer(shown);
    if (shown !== null && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={classNames(styles.dialog, styles[place], wide && styles.wide)}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        // Its own surface is covered by its content: a click that reaches the element itself was beside it.
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className={styles.content}>
        <header className={place === "top" ? "visually-hidden" : styles.header}>
          <h2 id={heading}>{title}</h2>
        </header>
        <LayerContext value={layer}>{children}</LayerContext>
        {actions !== undefined && <footer className={styles.actions}>{actions}</footer>}
        {/* The last one: the browser gives the focus to the first control, which is to be the dialog's own. */}
        {place === "middle" && (
          <IconButton label="Close" className={styles.close} onClick={onClose}>
            <Cross2Icon />
          </IconButton>
        )}
      </div>
    </dialog>
  );
}
