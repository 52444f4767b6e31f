// Asks before something that cannot be undone.
import type { ReactNode } from "react";
import { Button } from "../controls/button.tsx";
import { Dialog } from "./dialog.tsx";

export interface ConfirmDialogProps {
  readonly title: string;
  /** What is lost, in a sentence. */
  readonly children: ReactNode;
  /** On the button: the deed itself, such as "Delete chat". */
  readonly deed: string;
  readonly busy?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function ConfirmDialog({
  title,
  children,
  deed,
  busy = false,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind="danger" busy={busy} onClick={onConfirm}>
        {deed}
      </Button>
    </>
  );
  return (
    <Dialog title={title} onClose={onClose} actions={actions}>
      <div>{children}</div>
    </Dialog>
  );
}
