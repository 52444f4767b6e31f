// One turn of a chat. It decides nothing about content: activities commit to the database and answer with what follows;
// signals only say "look again".
import {
  CancellationScope,
  condition,
  makeContinueAsNewFunc,
  proxyActivities,
  proxyLocalActivities,
  proxySinks,
  setWorkflowOptions,
  workflowInfo,
} from "@temporalio/workflow";
import type {
  Activities,
  CallModelInput,
  LocalActivities,
  SettleRef,
  TurnRef,
} from "../activities/contract.ts";
import { assertNever } from "../core/assert-never.ts";
import type { CompactionSource } from "../core/chat/compaction.ts";
import type { NextStep } from "../core/chat/decide-next-step.ts";
import type { StepOutcome } from "../core/chat/step-outcome.ts";
import { contextOptions, jittered, modelCallOptions, transitionOptions } from "./activity-options.ts";
import type { ChatTurnInput, TurnResult } from "./contract.ts";
import type { FailpointSinks } from "./failpoint-sinks.ts";
import { turnSearchAttributes } from "./search-attributes.ts";
import { type AgentWaits, createAgentWaits } from "./turn/agent-waits.ts";
import { awaitAnswers, awaitBeside } from "./turn/await-answers.ts";
import { handOver, isToHandOver, pinnedToItsBuild } from "./turn/hand-over.ts";
import { type Heard, interruptOnCancel, listen } from "./turn/heard.ts";
import { checkTurnInput } from "./turn/read-signal.ts";
import { runTools } from "./turn/run-tools.ts";
import {
  describeEnd,
  describeRetry,
  inSummary,
  showAgents,
  showCalls,
  showDraining,
  showProgress,
  type TurnProgress,
} from "./turn/turn-details.ts";
import { closeRun, type TurnTold, takeTold, tellOutcome } from "./turn/turn-end.ts";
import { wordsOfFailure } from "./turn/words-of-failure.ts";

const { failpoint } = proxySinks<FailpointSinks>();
const local = proxyLocalActivities<LocalActivities>(transitionOptions);

setWorkflowOptions(pinnedToItsBuild, chatTurn);

/**
 * Runs one turn. Ends when the turn has ended; continues as new when the chat has gone on to another turn. Any bug on the
 * way ends the turn in `error` instead of leaving the run open.
 */
export async function chatTurn(input: ChatTurnInput): Promise<TurnResult> {
  checkTurnInput(input);
  const heard = listen(input);
  const turn: TurnRef = { chat_id: input.chat_id, turn_id: input.turn_id };
  interruptOnCancel(heard, () => local.requestInterrupt(turn));
  // Nothing below is cancelled from outside: a stop goes by way of the database, and what runs commits what it has.
  return CancellationScope.nonCancellable(() => runTurn(input, turn, heard));
}

async function runTurn(input: ChatTurnInput, turn: TurnRef, heard: Heard): Promise<TurnResult> {
  const { model, title, chat_url = "", parent_chat_id = "" } = input;
  const progress: TurnProgress = { model, title, chat_url, parent_chat_id, calls: 1 };
  heard.onDrained = () => showDraining(progress);
  const run: Turn = {
    input,
    turn,
    heard,
    progress,
    told: { end: null, tokens: 0 },
    waits: createAgentWaits({
      turn,
      heard,
      show: (chatIds) => showAgents(progress, chatIds),
    }),
  };
  let next: StepOutcome | null;
  try {
    let outcome = await callModel(run);
    while ((next = await follow(outcome, run)) !== null) outcome = next;
    next = outcome;
  } catch (error) {
    // An uncaught TypeError would leave the run open for ever; a crash must end the turn, in words.
    next = await local.recordCrash({ ...now(turn), message: wordsOfFailure(error) });
  }
  if (isToHandOver(next, heard)) return handOver(next, run);
  takeTold(run.told, { ...next, tokens: 0 });
  showProgress(progress, describeEnd(next, run.told.end));
  const shows_outcome = input.shows_outcome === true;
  if (next.type !== "moved") return closeRun(next, run.told, { steps: progress.calls, shows_outcome });
  if (shows_outcome) tellOutcome(run.told.end);
  return continueAs(input, next);
}

/** For what is settled now: what was scheduled later makes it come too late. */
function now(turn: TurnRef): SettleRef {
  return { ...turn, scheduled_ms: Date.now() };
}

interface Turn {
  readonly input: ChatTurnInput;
  readonly turn: TurnRef;
  readonly heard: Heard;
  readonly progress: TurnProgress;
  readonly told: TurnTold;
  readonly waits: AgentWaits;
}

/** Does what an outcome asks for. Null: the run is over, or goes on as another run. */
async function follow(outcome: StepOutcome, run: Turn): Promise<StepOutcome | null> {
  const { turn, heard, progress } = run;
  takeTold(run.told, outcome);
  if (isToHandOver(outcome, heard) && outcome.type !== "retry") return null;
  switch (outcome.type) {
    case "next":
      return perform(outcome.step, outcome.snapshot_version, run);
    case "retry": {
      const waitMs = jittered(outcome.delay_ms);
      const summary = describeRetry(outcome, waitMs);
      showProgress(progress, { word: "Retrying", what: summary });
      await condition(() => heard.stop, waitMs, { summary });
      if (heard.stop) return lookAfterStop(run);
      // The wait is for the provider, so it is waited out here.
      return heard.drained ? null : callModel(run, outcome);
    }
    case "interrupting":
      return local.finishInterruption(now(turn));
    case "superseded":
      return callModel(run);
    case "moved":
      return null;
    case "ended":
      // A message sent after the end was committed finds this run still open, and its signal is all that tells of it.
      return heard.version > outcome.snapshot_version ? callModel(run) : null;
    default:
      return assertNever(outcome);
  }
}

/** A stop that came while nothing ran: nobody else would end the interruption. */
async function lookAfterStop(run: Turn): Promise<StepOutcome> {
  run.heard.stop = false;
  return local.finishInterruption(now(run.turn));
}

async function perform(step: NextStep, seen: number, run: Turn): Promise<StepOutcome> {
  const { input, turn, heard, progress } = run;
  switch (step.type) {
    case "call-model":
      if (workflowInfo().continueAsNewSuggested) {
        const { turn_id } = turn;
        return { type: "moved", turn_id, model: input.model, title: input.title, snapshot_version: seen };
      }
      progress.calls++;
      return callModel(run, step);
    case "run-tools":
      return runToolStep(step, seen, run);
    case "await-client":
      if (step.calls !== undefined) return awaitAnswers(step, seen, run);
      // As histories of older versions have it, whose activities name no calls that run beside the wait.
      await condition(() => heard.version > seen || heard.stop || heard.drained);
      if (heard.drained && !heard.stop) return { type: "next", step, snapshot_version: seen };
      heard.stop = false;
      return callModel(run);
    // The call before has asked no model: what comes after this is still the same step.
    case "persist-context":
      progress.calls--;
      return persistContext(run);
    case "compact":
      progress.calls--;
      return compactHistory(run, step.source);
    default:
      throw new Error(`this version has no activity for the step ${step.type}`);
  }
}

async function runToolStep(
  step: Extract<NextStep, { type: "run-tools" }>,
  seen: number,
  run: Turn,
): Promise<StepOutcome> {
  showCalls(run.progress, step.calls);
  const end = await runTools(step.calls, run);
  if (end === "left") return { type: "next", step, snapshot_version: seen };
  return end === "over" ? local.settleTools(now(run.turn)) : awaitBeside(end.asked, run);
}

/** What an outcome or a step says of the call that follows it. */
type CallWish = Pick<CallModelInput, "replay_full_history" | "without_prefill">;

async function callModel(run: Turn, wish: CallWish = {}): Promise<StepOutcome> {
  const { input, turn, progress } = run;
  // This call sees all that was committed before it: what the signals so far told of needs no other look, whatever version
  // they named.
  run.heard.version = 0;
  const summary = inSummary(`${input.model || "model"} · step ${progress.calls}`);
  showProgress(progress, { word: "Running", what: "asking the model" });
  const activities = proxyActivities<Activities>(modelCallOptions(input, summary));
  return activities.callModel({
    ...turn,
    ...(wish.replay_full_history === true && { replay_full_history: true }),
    ...(wish.without_prefill === true && { without_prefill: true }),
  });
}

async function persistContext({ input, turn, progress }: Turn): Promise<StepOutcome> {
  const summary = "reading instructions and skills";
  showProgress(progress, { word: "Running", what: summary });
  return proxyActivities<Activities>(contextOptions(input, summary)).persistContext(turn);
}

async function compactHistory(
  { input, turn, progress }: Turn,
  source: CompactionSource,
): Promise<StepOutcome> {
  showProgress(progress, { word: "Running", what: "summarising the conversation" });
  const activities = proxyActivities<Activities>(modelCallOptions(input, `compaction · ${source}`));
  return activities.compactHistory({ ...turn, source });
}

async function continueAs(
  input: ChatTurnInput,
  next: Extract<StepOutcome, { type: "moved" }>,
): Promise<never> {
  const { turn_id, model } = next;
  const title = input.title === "" ? "" : next.title;
  failpoint.pass("turn:moved");
  const again = makeContinueAsNewFunc<typeof chatTurn>({
    // Not inherited: with the default a killed worker would cost the next turn ten seconds.
    workflowTaskTimeout: "3 s",
    typedSearchAttributes: turnSearchAttributes({
      owner_id: input.owner_id,
      turn_id,
      model,
      ...(input.shows_outcome === true && { title, parent_chat_id: input.parent_chat_id }),
    }),
  });
  return again({ ...input, turn_id, model, title });
}
