// Lists of things: a row each, with its name, its state in words, and what can be done with it.
import type { ReactNode } from "react";
import { Button } from "../../ui/controls/button.tsx";
import { ProblemNotice } from "./problem-notice.tsx";
import styles from "./rows.module.css";

interface RowsInput {
  readonly label: string;
  readonly children: ReactNode;
}

export function Rows({ label, children }: RowsInput) {
  return (
    <ul className={styles.rows} aria-label={label}>
      {children}
    </ul>
  );
}

interface RowInput {
  readonly title: ReactNode;
  /** The state, in words. */
  readonly state?: ReactNode;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  /** What belongs to the row and stands below it, such as an open form. */
  readonly children?: ReactNode;
}

export function Row({ title, state, about, actions, children }: RowInput) {
  return (
    <li className={styles.row}>
      <div className={styles.line}>
        <div className={styles.words}>
          <span className={styles.title}>{title}</span>
          {state === undefined ? null : <span className={styles.state}>{state}</span>}
          {about === undefined ? null : <div className={styles.about}>{about}</div>}
        </div>
        {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </li>
  );
}

export type Tone = "good" | "busy" | "bad" | "quiet";

/** A state: a small mark, and always the words beside it. */
export function StateWords({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={styles.stateWords} data-tone={tone}>
      {children}
    </span>
  );
}

interface MoreInput {
  readonly loadMore: (() => Promise<void>) | null;
  readonly loadingMore: boolean;
  readonly moreError: unknown;
}

/** The button for the next page of a list. */
export function MoreRows({ loadMore, loadingMore, moreError }: MoreInput) {
  if (moreError !== null) {
    return (
      <ProblemNotice error={moreError} onRetry={loadMore === null ? undefined : () => void loadMore()} />
    );
  }
  if (loadMore === null) return null;
  return (
    <div>
      <Button onClick={() => void loadMore()} disabled={loadingMore}>
        {loadingMore ? "Loading…" : "Show more"}
      </Button>
    </div>
  );
}

/** Names and their values, as a description list. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
