// Fields of forms: a label, the control, a hint, and what is wrong, tied together for screen readers.
import { type ComponentProps, type ReactNode, useId } from "react";
import { classNames } from "../class-names.ts";
import styles from "./field.module.css";

interface Described {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with the value, in a sentence. */
  readonly fault?: string | undefined;
}

interface FrameProps extends Described {
  readonly children: (control: {
    id: string;
    className: string | undefined;
    "aria-describedby": string | undefined;
    "aria-invalid": true | undefined;
  }) => ReactNode;
}

/** For a control that is not one of those below. */
export function Field({ label, hint, fault, children }: FrameProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const hasNote = hint !== undefined || fault !== undefined;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        className: classNames(styles.control, fault !== undefined && styles.wrong),
        "aria-describedby": hasNote ? noteId : undefined,
        "aria-invalid": fault !== undefined || undefined,
      })}
      {hasNote && (
        <div id={noteId} className={fault === undefined ? styles.hint : styles.fault}>
          {fault ?? hint}
        </div>
      )}
    </div>
  );
}

export function TextField({ label, hint, fault, ...rest }: Described & ComponentProps<"input">) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(control) => <input type="text" {...rest} {...control} />}
    </Field>
  );
}

export function TextAreaField({ label, hint, fault, ...rest }: Described & ComponentProps<"textarea">) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(control) => <textarea rows={4} {...rest} {...control} />}
    </Field>
  );
}

/** `children`: its options. */
export function SelectField({ label, hint, fault, children, ...rest }: Described & ComponentProps<"select">) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(control) => (
        <select {...rest} {...control}>
          {children}
        </select>
      )}
    </Field>
  );
}

interface CheckFieldProps extends Omit<ComponentProps<"input">, "type"> {
  readonly label: string;
  readonly hint?: ReactNode;
}

export function CheckField({ label, hint, ...rest }: CheckFieldProps) {
  const id = useId();
  return (
    <div className={styles.check}>
      <input
        type="checkbox"
        {...rest}
        id={id}
        aria-describedby={hint === undefined ? undefined : `${id}-note`}
      />
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <div id={`${id}-note`} className={styles.hint}>
          {hint}
        </div>
      )}
    </div>
  );
}
