// A form's frame: its fields, the error that belongs to none of them, and the buttons below.
import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "../../../ui/controls/button.tsx";
import { ProblemNotice } from "../problem-notice.tsx";
import styles from "./form.module.css";
import type { Form } from "./use-form.ts";

interface FormBodyInput<Values extends object> {
  readonly form: Form<Values>;
  readonly submit: string;
  /** What the button says while the server works. */
  readonly submitting?: string;
  readonly onCancel?: () => void;
  readonly disabled?: boolean;
  /** What it does cannot be taken back. */
  readonly danger?: boolean;
  readonly children: ReactNode;
}

export function FormBody<Values extends object>(input: FormBodyInput<Values>) {
  const { form, submit, submitting = submit, onCancel, disabled = false, danger = false, children } = input;
  const element = useRef<HTMLFormElement>(null);
  const { refusals } = form;
  useEffect(() => {
    if (refusals > 0) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusals]);
  return (
    <form ref={element} className={styles.form} onSubmit={form.onSubmit} noValidate>
      {children}
      {form.error === null ? null : <ProblemNotice error={form.error} />}
      <div className={styles.actions}>
        <Button type="submit" kind={danger ? "danger" : "primary"} disabled={form.busy || disabled}>
          {form.busy ? submitting : submit}
        </Button>
        {onCancel === undefined ? null : (
          <Button type="button" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </div>
    </form>
  );
}

/** Fields that few people need, folded away. */
export function MoreFields({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <details className={styles.more}>
      <summary>{title}</summary>
      <div className={styles.group}>{children}</div>
    </details>
  );
}

/** Short fields side by side where there is room. */
export function FieldColumns({ children }: { readonly children: ReactNode }) {
  return <div className={styles.columns}>{children}</div>;
}
