// The sidebar over the page, on narrow screens.
import { type ReactNode, useEffect, useRef, useState } from "react";
import { LayerContext } from "../ui/layers/layer.ts";
import styles from "./drawer.module.css";

interface DrawerProps {
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Drawer({ onClose, children }: DrawerProps) {
  const drawer = useRef<HTMLDialogElement>(null);
  const [layer, setLayer] = useState<HTMLElement | null>(null);
  useEffect(() => {
    const shown = drawer.current;
    setLayer(shown);
    if (shown !== null && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={drawer}
      className={styles.drawer}
      aria-label="Sidebar"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === drawer.current) onClose();
      }}
    >
      <div className={styles.content}>
        <LayerContext value={layer}>{children}</LayerContext>
      </div>
    </dialog>
  );
}
