// The runs of a chat, newest first.
import { Button } from "../../ui/controls/button.tsx";
import { agoWords, countWords } from "../../ui/words.ts";
import { StateWords } from "../parts/rows.tsx";
import { spanWords } from "../parts/span-words.ts";
import type { DebugRun } from "../parts/wire.ts";
import styles from "./debug.module.css";
import { kindWords, stateWords } from "./debug-words.ts";

interface RunListInput {
  readonly runs: readonly DebugRun[];
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
  readonly onReload: () => Promise<void>;
}

export function RunList({ runs, chosen, onChoose, onReload }: RunListInput) {
  return (
    <nav className={styles.runs} aria-label="Runs">
      <Button size="small" onClick={() => void onReload()}>
        Read again
      </Button>
      <ul>
        {runs.map((run) => (
          <li key={run.id}>
            <button
              type="button"
              className={styles.run}
              aria-current={run.id === chosen ? "true" : undefined}
              onClick={() => onChoose(run.id)}
            >
              <span className={styles.runHead}>
                <strong>{kindWords(run.kind)}</strong>
                <StateWords tone={stateWords(run.status).tone}>{stateWords(run.status).words}</StateWords>
              </span>
              <span className={styles.quiet}>{runWords(run)}</span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function runWords(run: DebugRun): string {
  const { steps, attempts, total_tokens } = run.summary;
  const took =
    run.finished_at === null
      ? ""
      : `, ${spanWords(Date.parse(run.finished_at) - Date.parse(run.started_at))}`;
  const calls = `${steps} ${steps === 1 ? "step" : "steps"}`;
  const retries = attempts > steps ? `, ${attempts} attempts` : "";
  return `${agoWords(run.started_at, Date.now())}${took} · ${calls}${retries} · ${countWords(total_tokens)} tokens`;
}
