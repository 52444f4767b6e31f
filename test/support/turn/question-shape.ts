// Tests: the shape of a turn in which a tool call asks a person something.
import type { StepOutcome } from "../../../core/chat/step-outcome.ts";
import { gate } from "./gate.ts";
import type { Script, TurnRun } from "./workflow-run.ts";

const NAMES: Readonly<Record<string, string>> = { c1: "grep", c2: "list_dir" };

function named(tool_call_id: string) {
  return { tool_call_id, tool_name: NAMES[tool_call_id] ?? "" };
}

function waits(
  waiting: readonly string[],
  running: readonly string[],
  snapshot_version: number,
): StepOutcome {
  const step = {
    type: "await-client",
    tool_call_ids: waiting,
    deadline_ms: null,
    calls: running.map(named),
    waiting: waiting.map((id) => ({ ...named(id), kind: "question" })),
  } as const;
  return { type: "next", step, snapshot_version };
}

const tools: StepOutcome = {
  type: "next",
  step: { type: "run-tools", calls: ["c1", "c2"].map(named) },
  snapshot_version: 3,
};
const goesOn: StepOutcome = { type: "next", step: { type: "call-model" }, snapshot_version: 9 };
const ended: StepOutcome = { type: "ended", status: "waiting", snapshot_version: 100 };

/**
 * A call asks while another one runs, and runs again with the answer.
 * @param early the answer is told of before the first look, which returns what it saw before: its worker died after the commit
 */
export function question(early = false) {
  const [asks, slow] = [gate(), gate()];
  const answered = async () => {
    slow.open();
    return waits([], ["c2"], 9);
  };
  const script: Script = {
    callModel: [tools, ended],
    asks: "grep",
    async runTool(name) {
      if (name === "list_dir") await slow.pass();
      else if (early) await asks.pass();
    },
    settleWait: [
      async () => {
        if (!early) await asks.pass();
        return waits(["c1"], ["c2"], 4);
      },
      waits([], ["c1", "c2"], 9),
      answered,
      goesOn,
    ],
  };
  const during = async (run: TurnRun) => {
    await asks.arrived;
    await run.signal("questionAnswered", 9);
    asks.open();
  };
  const looks = ["settleWait:1", "settleWait:1", "runTool:grep", "settleWait:1", "settleWait:1"];
  return {
    script,
    during,
    calls: ["callModel:1", "runTool:grep", "runTool:list_dir", ...looks, "callModel:1"],
  };
}
