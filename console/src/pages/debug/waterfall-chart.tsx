// Steps and attempts as bars over time; each is a button that shows what was said in it.
import { spanWords } from "../parts/span-words.ts";
import styles from "./debug.module.css";
import { stateWords } from "./debug-words.ts";
import type { Bar } from "./waterfall.ts";

interface WaterfallChartInput {
  readonly bars: readonly Bar[];
  readonly ticks: readonly number[];
  readonly total_ms: number;
  readonly chosen: string | null;
  readonly onChoose: (key: string) => void;
}

/** What is shorter is drawn so wide: a bar of no width cannot be seen. */
const widthMin = 0.004;

export function WaterfallChart({ bars, ticks, total_ms, chosen, onChoose }: WaterfallChartInput) {
  return (
    <div className={styles.chart}>
      <div className={styles.axis} aria-hidden>
        <span className={styles.axisName}>Step</span>
        <span className={styles.axisTimes}>
          {ticks.map((at) => (
            <span key={at} style={{ left: percent(at / total_ms) }}>
              {spanWords(at)}
            </span>
          ))}
        </span>
      </div>
      <ol className={styles.bars}>
        {bars.map((bar) => (
          <li key={bar.key}>
            <button
              type="button"
              className={styles.barRow}
              data-kind={bar.kind}
              aria-current={bar.key === chosen ? "true" : undefined}
              onClick={() => onChoose(bar.key)}
            >
              <span className={styles.barName}>{nameOf(bar)}</span>
              <span className={styles.track}>
                <span
                  className={styles.bar}
                  data-status={bar.status}
                  style={{
                    left: percent(Math.min(bar.start, 1 - widthMin)),
                    width: percent(Math.max(bar.width, widthMin)),
                  }}
                />
              </span>
              <span className={styles.barTime}>
                {spanWords(bar.duration_ms)}
                <span className="visually-hidden">, {stateWords(bar.status).words}</span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)}%`;
}

function nameOf({ step, attempt }: Bar): string {
  if (attempt === null) return `${step.number}. ${step.operation}`;
  return `${attempt.method} ${attempt.response_status ?? (attempt.status === "in_progress" ? "…" : "no answer")}`;
}
