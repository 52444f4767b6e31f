// What a turn shows of itself in Temporal's Web UI. It costs no event.
import { setCurrentDetails } from "@temporalio/workflow";
import type { NextStep, OpenCall } from "../../core/chat/decide-next-step.ts";
import { providerFailuresPerStepMax } from "../../core/chat/limits.ts";
import type { StepOutcome, TurnEnd } from "../../core/chat/step-outcome.ts";
import { headOf } from "../../core/text/truncate.ts";
import { chatWorkflowId } from "../contract.ts";

export interface TurnProgress {
  readonly model: string;
  /** Empty unless titles may be shown. */
  readonly title: string;
  /** Model calls begun, retries of one step not counted. */
  calls: number;
  /** What the turn does. */
  state?: string;
  /** Chats of the subagents that it waits for. */
  agents?: readonly string[];
}

/** Rewrites the run's current details: Markdown, in few lines, since the Web UI's box has room for four. */
export function showProgress(progress: TurnProgress, state: string): void {
  progress.state = state;
  const { title, calls, model, agents = [] } = progress;
  const waits = inWords("waiting for", agents.map(chatWorkflowId));
  const line = [state, ...waits, `step ${calls}`, ...(model === "" ? [] : [model])].join(" · ");
  setCurrentDetails(title === "" ? line : `**${asPlainText(title)}**\n\n${line}`);
}

/** Temporal refuses a workflow task whose summaries are longer than 400 bytes, and a refused task is tried for ever. */
const SUMMARY_BYTES_MAX = 200;

/** What a model or a person has written must fit. */
export function inSummary(text: string): string {
  return headOf(text, SUMMARY_BYTES_MAX);
}

/** `execute: npm test` */
export function describeCall({ tool_name, summary }: OpenCall): string {
  return inSummary(summary === undefined ? tool_name : `${tool_name}: ${summary}`);
}

/** `waiting for an approval of execute: npm test, for the client's result of pick_color · since 2026-11-29 06:30 UTC` */
export function describeWait({ waiting = [], calls = [], since }: AwaitStep): string {
  const asked = (kind: string) => waiting.filter((call) => call.kind === kind).map(describeCall);
  const others = waiting.filter(({ kind }) => kind !== "approval" && kind !== "client").map(describeCall);
  const waits = [
    ...inWords("for an approval of", asked("approval")),
    ...inWords("for the client's result of", asked("client")),
    ...inWords("for an answer to", others),
  ];
  const words = [
    waits.length === 0 ? "running what was approved" : `waiting ${waits.join(", ")}`,
    ...(waits.length > 0 ? inWords("running", calls.map(describeCall)) : []),
    ...(since === undefined ? [] : [`since ${since.slice(0, 16).replace("T", " ")} UTC`]),
  ];
  return words.join(" · ");
}

type AwaitStep = Extract<NextStep, { type: "await-client" }>;

/** Names past these add nothing that a person would read. */
const namedMax = 5;

function inWords(verb: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length > namedMax ? ` and ${names.length - namedMax} more` : "";
  return [`${verb} ${names.slice(0, namedMax).join(", ")}${more}`];
}

/** The tools that run; none of an empty step, which only commits what is there. */
export function showCalls(progress: TurnProgress, calls: readonly OpenCall[]): void {
  const names = new Set(calls.map((call) => call.tool_name));
  if (names.size > 0) showProgress(progress, `running ${[...names].join(", ")}`);
}

/** Beside what the turn does: `waiting for chat-0190…`, the workflows of subagents, which can be looked up by these names. */
export function showAgents(progress: TurnProgress, chatIds: readonly string[]): void {
  progress.agents = [...new Set(chatIds)];
  showProgress(progress, progress.state ?? "");
}

/** How the run ended, for those who look at it later. */
export function describeEnd(outcome: StepOutcome, end: TurnEnd | null): string {
  const interrupted = end?.type === "interrupted" ? "interrupted" : null;
  if (outcome.type === "moved") {
    return [...(interrupted === null ? [] : [interrupted]), "goes on as the chat's next run"].join(" · ");
  }
  if (interrupted !== null) return interrupted;
  if (outcome.type !== "ended" || outcome.status === "waiting") return "done";
  return outcome.status === "deleted" ? "the chat was deleted" : "ended in an error";
}

/** A title is a person's words: it must not become links and pictures. */
export function asPlainText(title: string): string {
  return title.replaceAll("\n", " ").replace(/[\\`*_[\]<>!#|]/g, "\\$&");
}

/** `retry 3 of 25 in 4 s: rate limit (429)` */
export function describeRetry(outcome: Extract<StepOutcome, { type: "retry" }>): string {
  const seconds = Math.round(outcome.delay_ms / 100) / 10;
  const status = outcome.status_code === null ? "" : ` (${outcome.status_code})`;
  return `retry ${outcome.attempt} of ${providerFailuresPerStepMax} in ${seconds} s: ${outcome.kind.replaceAll("_", " ")}${status}`;
}
