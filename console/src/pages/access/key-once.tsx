// Shows a new API key, the only time that it can be seen.
import { Button } from "../../ui/controls/button.tsx";
import { CopyButton } from "../../ui/controls/copy-button.tsx";
import styles from "./access.module.css";

interface KeyOnceInput {
  readonly value: string;
  readonly about?: string;
  readonly onClose: () => void;
}

export function KeyOnce({ value, about, onClose }: KeyOnceInput) {
  return (
    <div className={styles.once} role="status">
      <p>{about} It is shown this once: copy it now.</p>
      <div className={styles.key}>
        <code>{value}</code>
        <CopyButton text={value} label="Copy the key" />
      </div>
      <div>
        <Button onClick={onClose}>I have copied it</Button>
      </div>
    </div>
  );
}
