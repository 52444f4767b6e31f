// A button that copies a text and says so.
import { useEffect, useState } from "react";
import styles from "./markdown.module.css";

const saidMs = 1_500;

export function CopyButton({ text, label = "Copy" }: { readonly text: string; readonly label?: string }) {
  const [said, setSaid] = useState<"Copied" | "Not copied" | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = window.setTimeout(() => setSaid(null), saidMs);
    return () => window.clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    // Pages without https have no clipboard.
    void (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).then(
      () => setSaid("Copied"),
      () => setSaid("Not copied"),
    );
  };
  return (
    <button type="button" className={styles.quiet} onClick={copy}>
      <span aria-live="polite">{said ?? label}</span>
    </button>
  );
}
