// An error in words, with a way to try again.
import { problemWords } from "../../state/problem-words.ts";
import { Button } from "../../ui/controls/button.tsx";
import styles from "./notice.module.css";

interface ProblemNoticeInput {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}

export function ProblemNotice({ error, onRetry }: ProblemNoticeInput) {
  return (
    <div className={styles.problem} role="alert">
      <p>{problemWords(error)}</p>
      {onRetry === undefined ? null : (
        <Button size="small" onClick={onRetry}>
          Retry
        </Button>
      )}
    </div>
  );
}
