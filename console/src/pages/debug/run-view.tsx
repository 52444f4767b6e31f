// One run: its numbers, its steps and attempts over time, and what was said in the chosen one.
import { useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { countWords } from "../../ui/words.ts";
import { Shown } from "../parts/page.tsx";
import { Facts, StateWords } from "../parts/rows.tsx";
import { spanWords } from "../parts/span-words.ts";
import { useLoad } from "../parts/use-load.ts";
import type { DebugRunWithSteps } from "../parts/wire.ts";
import { AttemptDetail } from "./attempt-detail.tsx";
import styles from "./debug.module.css";
import { stateWords } from "./debug-words.ts";
import { StepDetail } from "./step-detail.tsx";
import { layOut } from "./waterfall.ts";
import { WaterfallChart } from "./waterfall-chart.tsx";

interface RunViewInput {
  readonly chatId: string;
  readonly runId: string;
}

export function RunView({ chatId, runId }: RunViewInput) {
  const loaded = useLoad((signal) => everturn.debug.run(chatId, runId, { signal }), runId);
  return (
    <div className={styles.runView}>
      <Shown of={loaded}>{(run) => <RunBody run={run} />}</Shown>
    </div>
  );
}

function RunBody({ run }: { readonly run: DebugRunWithSteps }) {
  const { bars, total_ms, ticks } = layOut(run, Date.now());
  const [chosen, setChosen] = useState<string | null>(bars[0]?.key ?? null);
  const bar = bars.find(({ key }) => key === chosen) ?? null;
  const { summary } = run;
  const state = stateWords(run.status);
  return (
    <>
      <Facts
        facts={[
          [
            "State",
            <StateWords key="state" tone={state.tone}>
              {state.words}
            </StateWords>,
          ],
          ["Model", run.model === null ? "unknown" : `${run.provider ?? ""}/${run.model}`],
          ["Took", spanWords(total_ms)],
          ["Input tokens", countWords(summary.input_tokens)],
          ["Output tokens", countWords(summary.output_tokens)],
          ["Answers message", run.trigger_message_id === null ? "none" : `#${run.trigger_message_id}`],
        ]}
      />
      {summary.error === null ? null : <p className={styles.error}>{summary.error}</p>}
      {bars.length === 0 ? (
        <p>Nothing was called in this run.</p>
      ) : (
        <WaterfallChart bars={bars} ticks={ticks} total_ms={total_ms} chosen={chosen} onChoose={setChosen} />
      )}
      {bar === null ? null : bar.attempt === null ? (
        <StepDetail key={bar.key} step={bar.step} />
      ) : (
        <AttemptDetail key={bar.key} step={bar.step.number} attempt={bar.attempt} />
      )}
    </>
  );
}
