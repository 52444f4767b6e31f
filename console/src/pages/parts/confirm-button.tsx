// A button for what cannot be taken back: it asks first, in words, and says what went wrong.
import { type ReactNode, useState } from "react";
import { Button } from "../../ui/controls/button.tsx";
import { ConfirmDialog } from "../../ui/layers/confirm-dialog.tsx";
import { ProblemNotice } from "./problem-notice.tsx";

interface ConfirmButtonInput {
  /** On the button that opens the question. */
  readonly label: string;
  /** Names the thing for screen readers, where the label alone does not. */
  readonly name?: string;
  readonly question: string;
  /** What will happen. */
  readonly children: ReactNode;
  /** On the button that does it. */
  readonly confirm: string;
  readonly act: () => Promise<void>;
  readonly disabled?: boolean;
}

export function ConfirmButton(input: ConfirmButtonInput) {
  const [open, setOpen] = useState(false);
  const { label, name, disabled = false } = input;
  return (
    <>
      <Button
        size="small"
        disabled={disabled}
        aria-label={name === undefined ? undefined : `${label} ${name}`}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      {open ? <Question {...input} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function Question(input: ConfirmButtonInput & { readonly onClose: () => void }) {
  const { question, children, confirm, act, onClose } = input;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <ConfirmDialog title={question} deed={confirm} busy={busy} onConfirm={() => void go()} onClose={onClose}>
      {children}
      {error === null ? null : <ProblemNotice error={error} />}
    </ConfirmDialog>
  );
}
