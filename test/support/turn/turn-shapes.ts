// Tests: the shapes a turn can take, each a script of outcomes. One list for the control-flow tests and the kept histories.
import type { StepOutcome } from "../../../core/chat/step-outcome.ts";
import { DRAINED } from "../../../workflows/contract.ts";
import { gate } from "./gate.ts";
import { question } from "./question-shape.ts";
import { runTurn, type Script, type TestTemporal, type TurnRun } from "./workflow-run.ts";

const ended: StepOutcome = { type: "ended", status: "waiting", snapshot_version: 100 };
const failed: StepOutcome = {
  type: "ended",
  status: "error",
  snapshot_version: 5,
  end: { type: "error", why: "rate_limit", status_code: 429 },
};
const interrupted: StepOutcome = { ...ended, end: { type: "interrupted", why: "interrupted" }, tokens: 7 };
const callModelNext: StepOutcome = { type: "next", step: { type: "call-model" }, snapshot_version: 3 };
const tools: StepOutcome = {
  type: "next",
  step: {
    type: "run-tools",
    calls: [
      { tool_call_id: "c1", tool_name: "grep" },
      { tool_call_id: "c2", tool_name: "list_dir" },
    ],
  },
  snapshot_version: 3,
};
const agents: StepOutcome = {
  type: "next",
  step: {
    type: "run-tools",
    calls: [
      { tool_call_id: "c1", tool_name: "wait_agent" },
      { tool_call_id: "c2", tool_name: "grep" },
    ],
  },
  snapshot_version: 3,
};
const compact: StepOutcome = {
  type: "next",
  step: { type: "compact", source: "automatic" },
  snapshot_version: 3,
};
const retry = (delay_ms: number): StepOutcome => ({
  type: "retry",
  delay_ms,
  attempt: 1,
  kind: "overloaded",
  status_code: 529,
  snapshot_version: 3,
});
const moved = (turn_id: number): StepOutcome => ({
  type: "moved",
  turn_id,
  model: "demo",
  title: "",
  snapshot_version: 4,
});
const LONG_MS = 600_000;

export interface Shape {
  readonly script: Script;
  /** What happens from outside while the turn runs. */
  readonly during?: (run: TurnRun) => Promise<void>;
  /** The activities called, in order. */
  readonly calls: readonly string[];
}

/** One call runs, a person is asked about another one. */
const asked = (deadline_ms: number | null, running: readonly string[] = []): StepOutcome => ({
  type: "next",
  step: {
    type: "await-client",
    tool_call_ids: ["c1"],
    deadline_ms,
    calls: running.map((tool_call_id) => ({ tool_call_id, tool_name: "grep" })),
    waiting: [{ tool_call_id: "c1", tool_name: "execute", kind: "approval" }],
    since: "2026-11-29T08:00:00.000Z",
  },
  snapshot_version: 4,
});

function signalDuringCall(): Shape {
  const door = gate();
  const late: StepOutcome = { type: "ended", status: "waiting", snapshot_version: 5 };
  return {
    script: { callModel: [() => door.pass().then(() => late), moved(7), ended] },
    during: async (run) => {
      await door.arrived;
      await run.signal("messageQueued", 9, 7);
      door.open();
    },
    calls: ["callModel:1", "callModel:1", "callModel:7"],
  };
}

/** A message that is sent after the turn's error was committed finds its run still open. */
function sentAfterAnError(): Shape {
  const door = gate();
  return {
    script: { callModel: [() => door.pass().then(() => failed), moved(7), ended] },
    during: async (run) => {
      await door.arrived;
      await run.signal("messageQueued", 9, 7);
      door.open();
    },
    calls: ["callModel:1", "callModel:1", "callModel:7"],
  };
}

/** A call that runs beside the wait ends, then the answer comes. */
function approved(): Shape {
  const door = gate();
  return {
    script: {
      callModel: [asked(null, ["c2"]), ended],
      settleWait: [() => door.pass().then(() => asked(null)), callModelNext],
    },
    during: async (run) => {
      await door.arrived;
      await run.signal("approvalGiven", 9);
      door.open();
    },
    calls: ["callModel:1", "runTool:grep", "settleWait:1", "settleWait:1", "callModel:1"],
  };
}

function cancelled(): Shape {
  const door = gate();
  return {
    // The interrupt that the cancel becomes is what ends the call, as it does by way of the database.
    script: { callModel: [() => door.pass().then(() => ended)], requestInterrupt: async () => door.open() },
    during: async (run) => {
      await door.arrived;
      await run.handle.cancel();
    },
    calls: ["callModel:1", "requestInterrupt:1"],
  };
}

/** Interrupts a run that sits in a wait, once its wait has begun. */
function stopInWait(first: StepOutcome, calls: readonly string[]): Shape {
  const door = gate();
  return {
    script: { callModel: [() => door.pass().then(() => first), ended], finishInterruption: [ended] },
    during: async (run) => {
      await door.arrived;
      door.open();
      await run.signal("interrupted", 8);
    },
    calls,
  };
}

/** Stops a run whose activity has just answered with `first`. */
function stopAfter(first: StepOutcome, shape: Omit<Shape, "during">): Shape {
  const door = gate();
  const { callModel = [] } = shape.script;
  return {
    ...shape,
    script: { ...shape.script, callModel: [() => door.pass().then(() => first), ...callModel] },
    during: async (run) => {
      await door.arrived;
      await run.signal("interrupted", 1);
      door.open();
    },
  };
}

/** The turn waits for a subagent, and something happens once the call has begun. */
function waitingForAgent(
  happens: (run: TurnRun) => Promise<void>,
  shape: Pick<Shape, "calls" | "script">,
): Shape {
  const door = gate();
  door.open();
  return {
    calls: ["callModel:1", "runTool:wait_agent", "runTool:grep", ...shape.calls],
    script: {
      callModel: [agents],
      waits: { tool_name: "wait_agent", left_ms: 3_600_000 },
      runTool: async (name) => (name === "wait_agent" ? door.pass() : undefined),
      ...shape.script,
    },
    during: async (run) => {
      await door.arrived;
      await happens(run);
    },
  };
}

/** Another build becomes current while the run's activity works, which then answers with `first`. */
function drainedDuring(first: StepOutcome, shape: Omit<Shape, "during">): Shape {
  const door = gate();
  return {
    ...shape,
    script: { ...shape.script, callModel: [() => door.pass().then(() => first)] },
    during: async (run) => {
      await door.arrived;
      await run.handle.signal(DRAINED);
      door.open();
    },
  };
}

/** The start of the next run is delivered before this run has ended: it only signals this one. */
function startedTooSoon(): Shape {
  const [call, handOver] = [gate(), gate()];
  return {
    script: {
      callModel: [() => call.pass().then(() => callModelNext)],
      handOver: async () => handOver.pass(),
    },
    during: async (run) => {
      await call.arrived;
      await run.handle.signal(DRAINED);
      call.open();
      await handOver.arrived;
      await run.signal("messageQueued", 3);
      handOver.open();
    },
    calls: ["callModel:1", "handOver:1", "handOver:1"],
  };
}

const awaitClient: StepOutcome = {
  type: "next",
  step: { type: "await-client", tool_call_ids: ["c1"], deadline_ms: null },
  snapshot_version: 9,
};

export const SHAPES: Readonly<Record<string, () => Shape>> = {
  text: () => ({ script: { callModel: [ended] }, calls: ["callModel:1"] }),
  tools: () => ({
    script: { callModel: [tools, ended], settleTools: [callModelNext] },
    calls: ["callModel:1", "runTool:grep", "runTool:list_dir", "settleTools:1", "callModel:1"],
  }),
  retry: () => ({ script: { callModel: [retry(1), ended] }, calls: ["callModel:1", "callModel:1"] }),
  "retry-interrupted": () => stopInWait(retry(LONG_MS), ["callModel:1", "finishInterruption:1"]),
  interrupting: () => ({
    script: { callModel: [{ type: "interrupting", snapshot_version: 4 }], finishInterruption: [ended] },
    calls: ["callModel:1", "finishInterruption:1"],
  }),
  superseded: () => ({
    script: { callModel: [{ type: "superseded", snapshot_version: 0 }, ended] },
    calls: ["callModel:1", "callModel:1"],
  }),
  drained: () => drainedDuring(tools, { script: {}, calls: ["callModel:1", "handOver:1"] }),
  "drained-promoted": () => drainedDuring(moved(7), { script: {}, calls: ["callModel:1", "handOver:7"] }),
  "drained-in-a-retry": () => drainedDuring(retry(1), { script: {}, calls: ["callModel:1", "handOver:1"] }),
  "drained-at-the-end": () => drainedDuring(ended, { script: {}, calls: ["callModel:1"] }),
  "drained-waiting": () => ({
    script: { callModel: [awaitClient] },
    during: (run) => run.handle.signal(DRAINED),
    calls: ["callModel:1", "handOver:1"],
  }),
  "started-too-soon": startedTooSoon,
  promoted: () => ({ script: { callModel: [moved(5), ended] }, calls: ["callModel:1", "callModel:5"] }),
  "sent-after-the-end": signalDuringCall,
  compaction: () => ({
    script: { callModel: [compact, ended], compactHistory: [callModelNext] },
    calls: ["callModel:1", "compactHistory:1", "callModel:1"],
  }),
  // A summary that is tried again is decided on anew.
  "compaction-retry": () => ({
    script: { callModel: [compact, compact], compactHistory: [retry(1), ended] },
    calls: ["callModel:1", "compactHistory:1", "callModel:1", "compactHistory:1"],
  }),
  // No worker has a slot for the calls: the stop does not wait for one.
  "stopped-tools": () =>
    stopAfter(tools, {
      script: { settleTools: [ended], runsNoTools: true },
      calls: ["callModel:1", "findBegunCalls:1", "settleTools:1"],
    }),
  "stopped-client": () =>
    stopAfter(awaitClient, { script: { callModel: [ended] }, calls: ["callModel:1", "callModel:1"] }),
  agents: () =>
    waitingForAgent((run) => run.signal("childSettled", 0, 0), {
      script: { settleTools: [ended] },
      calls: ["lookAtAgents:1", "settleTools:1"],
    }),
  "agents-timed-out": () =>
    waitingForAgent(async () => undefined, {
      script: { settleTools: [ended], waits: { tool_name: "wait_agent", left_ms: 1 } },
      calls: ["lookAtAgents:1", "settleTools:1"],
    }),
  "stopped-agents": () =>
    waitingForAgent((run) => run.signal("interrupted", 4), {
      script: { settleTools: [ended] },
      calls: ["settleTools:1"],
    }),
  "drained-agents": () =>
    waitingForAgent((run) => run.handle.signal(DRAINED), { script: {}, calls: ["handOver:1"] }),
  error: () => ({ script: { callModel: [failed] }, calls: ["callModel:1"] }),
  "error-in-words": () => ({
    script: {
      callModel: [
        { ...failed, end: { ...failed.end, type: "error", why: "auth", words: "The key is wrong." } },
      ],
    },
    calls: ["callModel:1"],
  }),
  "sent-after-an-error": sentAfterAnError,
  interrupted: () => ({
    script: {
      callModel: [{ type: "interrupting", snapshot_version: 4 }],
      finishInterruption: [interrupted],
    },
    calls: ["callModel:1", "finishInterruption:1"],
  }),
  "interrupted-promoted": () => ({
    script: { callModel: [{ ...moved(5), end: { type: "interrupted", why: "interrupted" } }, ended] },
    calls: ["callModel:1", "callModel:5"],
  }),
  cancelled,
  approved,
  question: () => question(),
  "question-answered-before-the-look": () => question(true),
  "answer-too-late": () => ({
    script: { callModel: [asked(1), ended], settleWait: [callModelNext] },
    calls: ["callModel:1", "settleWait:1", "callModel:1"],
  }),
  context: () => ({
    script: {
      callModel: [{ type: "next", step: { type: "persist-context" }, snapshot_version: 3 }, ended],
      persistContext: [{ type: "next", step: { type: "call-model" }, snapshot_version: 4 }],
    },
    calls: ["callModel:1", "persistContext:1", "callModel:1"],
  }),
  crash: () => ({
    script: {
      callModel: [{ type: "next", step: { type: "of a later version" } as never, snapshot_version: 3 }],
      recordCrash: [ended],
    },
    calls: ["callModel:1", "recordCrash:1"],
  }),
};

export async function playShape(
  temporal: TestTemporal,
  name: string,
): Promise<{ run: TurnRun; shape: Shape }> {
  const shape = SHAPES[name]?.();
  if (shape === undefined) throw new Error(`no shape named ${name}`);
  const run = await runTurn(temporal, shape.script, shape.during);
  return { run, shape };
}
