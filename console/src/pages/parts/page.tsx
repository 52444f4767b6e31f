// The frame of a page: its title, what can be done there, and sections below.
import type { ReactNode } from "react";
import { Spinner } from "../../ui/shown/spinner.tsx";
import styles from "./page.module.css";
import { ProblemNotice } from "./problem-notice.tsx";
import type { Loaded } from "./use-load.ts";

interface PageInput {
  readonly title: string;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  /** Where this page hangs below another one. */
  readonly back?: ReactNode;
  /** For wide tables and diagrams. */
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export function Page({ title, about, actions, back, wide = false, children }: PageInput) {
  return (
    <div className={wide ? styles.widePage : styles.page}>
      {back === undefined ? null : <nav className={styles.back}>{back}</nav>}
      <header>
        <div className={styles.header}>
          <h1>{title}</h1>
          {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
        </div>
        {about === undefined ? null : <p className={styles.about}>{about}</p>}
      </header>
      {children}
    </div>
  );
}

interface SectionInput {
  readonly title: string;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Section({ title, about, actions, children }: SectionInput) {
  return (
    <section className={styles.section}>
      <header>
        <div className={styles.header}>
          <h2>{title}</h2>
          {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
        </div>
        {about === undefined ? null : <p className={styles.about}>{about}</p>}
      </header>
      {children}
    </section>
  );
}

interface LoadedInput<T> {
  readonly of: Loaded<T>;
  /** What is said at once while the first answer is awaited, where it takes long as a rule. */
  readonly loading?: string;
  readonly children: (data: T) => ReactNode;
}

/** What was loaded, the error, or the room that the answer will take. */
export function Shown<T>({ of, loading, children }: LoadedInput<T>) {
  const retry = () => void of.reload();
  if (of.data === null) {
    if (of.error !== null) return <ProblemNotice error={of.error} onRetry={retry} />;
    if (loading !== undefined) return <Spinner label={loading} />;
    return <div className={styles.loading} role="status" aria-label="Loading" />;
  }
  return (
    <>
      {of.error === null ? null : <ProblemNotice error={of.error} onRetry={retry} />}
      {children(of.data)}
    </>
  );
}
