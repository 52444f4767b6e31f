// A menu that a button opens: arrow keys, typing ahead and Escape work as in any menu.
import * as Radix from "@radix-ui/react-dropdown-menu";
import { type ReactElement, type ReactNode, useContext } from "react";
import { classNames } from "../class-names.ts";
import { LayerContext } from "./layer.ts";
import styles from "./menu.module.css";

export interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly align?: "start" | "end";
  readonly side?: "top" | "bottom" | "right";
  /** Open from the first. */
  readonly isOpen?: boolean;
}

/** Not modal: a modal menu of this library injects a style element, which the page's policy forbids. */
export function Menu({ trigger, children, align = "end", side = "bottom", isOpen = false }: MenuProps) {
  const layer = useContext(LayerContext);
  return (
    <Radix.Root modal={false} defaultOpen={isOpen}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content className={styles.menu} align={align} side={side} sideOffset={4} collisionPadding={8}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface MenuItemProps {
  readonly children: ReactNode;
  readonly onSelect: () => void;
  readonly icon?: ReactNode;
  /** Shown at its end: what does the same by keyboard. */
  readonly keys?: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
}

export function MenuItem({
  children,
  onSelect,
  icon,
  keys,
  danger = false,
  disabled = false,
}: MenuItemProps) {
  return (
    <Radix.Item
      className={classNames(styles.item, danger && styles.danger)}
      disabled={disabled}
      onSelect={onSelect}
    >
      {icon}
      <span className={styles.words}>{children}</span>
      {keys !== undefined && <kbd>{keys}</kbd>}
    </Radix.Item>
  );
}

export interface MenuChoiceProps {
  readonly children: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** Stays open, so that several can be chosen. */
export function MenuChoice({ children, checked, onChange }: MenuChoiceProps) {
  return (
    <Radix.CheckboxItem
      className={styles.item}
      checked={checked}
      onCheckedChange={onChange}
      onSelect={(event) => event.preventDefault()}
    >
      <span className={styles.mark} aria-hidden="true">
        {checked ? "✓" : ""}
      </span>
      <span className={styles.words}>{children}</span>
    </Radix.CheckboxItem>
  );
}

export function MenuHeading({ children }: { readonly children: ReactNode }) {
  return <Radix.Label className={styles.heading}>{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className={styles.line} />;
}
