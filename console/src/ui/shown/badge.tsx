// A word or a number in a small frame; its colour says nothing that the word does not.
import type { ReactNode } from "react";
import { classNames } from "../class-names.ts";
import styles from "./badge.module.css";

export interface BadgeProps {
  readonly tone?: "plain" | "accent" | "good" | "warn" | "bad";
  readonly children: ReactNode;
}

export function Badge({ tone = "plain", children }: BadgeProps) {
  return <span className={classNames(styles.badge, styles[tone])}>{children}</span>;
}
