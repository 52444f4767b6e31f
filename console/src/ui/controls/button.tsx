// Buttons: with words, and with an icon alone, whose name is its tooltip.
import type { ComponentProps, ReactNode } from "react";
import { classNames } from "../class-names.ts";
import { Spinner } from "../shown/spinner.tsx";
import styles from "./button.module.css";

export interface ButtonProps extends ComponentProps<"button"> {
  /** `primary`: the one thing that a person came for. `danger`: what cannot be undone. `quiet`: no outline. */
  readonly kind?: "primary" | "danger" | "plain" | "quiet";
  readonly size?: "small" | "usual";
  /** What it began is under way: shown, and not begun again. */
  readonly busy?: boolean;
}

export function Button({
  kind = "plain",
  size = "usual",
  busy = false,
  disabled,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classNames(styles.button, styles[kind], styles[size], className)}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<"button">, "aria-label"> {
  /** Its name for screen readers, and its tooltip. */
  readonly label: string;
  /** Shown in the tooltip behind the name. */
  readonly keys?: string;
  readonly children: ReactNode;
}

export function IconButton({ label, keys, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classNames(styles.icon, className)}
      aria-label={label}
      data-tooltip={keys === undefined ? label : `${label} (${keys})`}
    >
      {children}
    </button>
  );
}
