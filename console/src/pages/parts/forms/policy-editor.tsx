// Edits an approval policy: which tools run at once, ask a person first, or are refused.
import { useId } from "react";
import { Button } from "../../../ui/controls/button.tsx";
import styles from "./policy.module.css";

export type Verdict = "auto" | "ask" | "deny";

/** A row as it is edited. An empty pattern is left out when it is sent. */
export interface PolicyEntry {
  readonly pattern: string;
  readonly verdict: Verdict;
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  auto: "runs at once",
  ask: "asks a person first",
  deny: "is refused",
};

export function entriesOf(policy: Readonly<Record<string, Verdict>>): PolicyEntry[] {
  return Object.entries(policy).map(([pattern, verdict]) => ({ pattern, verdict }));
}

export function policyOf(entries: readonly PolicyEntry[]): Record<string, Verdict> {
  const named = entries.map(({ pattern, verdict }) => [pattern.trim(), verdict] as const);
  return Object.fromEntries(named.filter(([pattern]) => pattern !== ""));
}

interface PolicyEditorInput {
  readonly entries: readonly PolicyEntry[];
  readonly fault: string | undefined;
  readonly disabled?: boolean;
  /** Names that can be picked. */
  readonly tools: readonly string[];
  readonly onChange: (entries: readonly PolicyEntry[]) => void;
}

export function PolicyEditor({ entries, fault, disabled = false, tools, onChange }: PolicyEditorInput) {
  const id = useId();
  const replace = (at: number, entry: PolicyEntry) =>
    onChange(entries.map((one, index) => (index === at ? entry : one)));
  return (
    <fieldset className={styles.policy} disabled={disabled} aria-describedby={`${id}-hint`}>
      <legend>Approvals</legend>
      <p id={`${id}-hint`} className={fault === undefined ? styles.hint : styles.fault}>
        {fault ??
          "By tool, or by a pattern such as github__*. Tools that no row names ask first if they can destroy something."}
      </p>
      <datalist id={`${id}-tools`}>
        {tools.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {entries.map((entry, at) => (
        <div key={at} className={styles.row}>
          <input
            list={`${id}-tools`}
            value={entry.pattern}
            aria-label={`Tool or pattern ${at + 1}`}
            placeholder="execute"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => replace(at, { ...entry, pattern: event.target.value })}
          />
          <select
            value={entry.verdict}
            aria-label={`What happens to ${entry.pattern === "" ? "it" : entry.pattern}`}
            onChange={(event) => replace(at, { ...entry, verdict: event.target.value as Verdict })}
          >
            {Object.entries(VERDICTS).map(([verdict, words]) => (
              <option key={verdict} value={verdict}>
                {words}
              </option>
            ))}
          </select>
          <Button
            size="small"
            aria-label={`Remove row ${at + 1}`}
            onClick={() => onChange(entries.filter((_, index) => index !== at))}
          >
            Remove
          </Button>
        </div>
      ))}
      <div>
        <Button size="small" onClick={() => onChange([...entries, { pattern: "", verdict: "ask" }])}>
          Add a tool
        </Button>
      </div>
    </fieldset>
  );
}
