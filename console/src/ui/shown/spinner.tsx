// A ring that turns while something is under way. It stands still where motion is not wanted.
import styles from "./spinner.module.css";

export function Spinner({ label }: { readonly label?: string }) {
  return label === undefined ? (
    <span className={styles.spinner} aria-hidden="true" />
  ) : (
    <span className={styles.line} role="status">
      <span className={styles.spinner} aria-hidden="true" />
      {label}
    </span>
  );
}
