// What a turn shows of itself in Temporal's Web UI. It costs no event.
import { setCurrentDetails, workflowInfo } from "@temporalio/workflow";
import type { NextStep, OpenCall } from "../../core/chat/decide-next-step.ts";
import { providerFailuresPerStepMax } from "../../core/chat/limits.ts";
import type { StepOutcome, TurnEnd } from "../../core/chat/step-outcome.ts";
import { headOf } from "../../core/text/truncate.ts";
import { chatWorkflowId } from "../contract.ts";

/** What a turn does: a word that is seen at a glance, and what exactly. */
export interface Doing {
  readonly word: string;
  readonly what: string;
  /** ISO 8601. Absent: from now on. */
  readonly since?: string;
}

export interface TurnProgress {
  readonly model: string;
  /** Empty unless titles may be shown. */
  readonly title: string;
  /** Address of the chat in the console; empty if it is not known. */
  readonly chat_url: string;
  /** The chat whose subagent this is; empty: nobody's. */
  readonly parent_chat_id: string;
  /** Model calls begun, retries of one step not counted. */
  calls: number;
  doing?: Doing;
  /** Another build is current, and the run ends at its next boundary. */
  isDraining?: boolean;
  /** While it waits for subagents, this stands in the place of what it does. */
  agents?: Doing;
}

/**
 * Rewrites the run's current details: Markdown, the state first, since the Web UI's box has room for four lines. The title stands
 * here too: a run that continues another one has no summary.
 */
export function showProgress(progress: TurnProgress, doing: Doing): void {
  progress.doing = { since: now(), ...doing };
  render(progress);
}

/** Another build is current: this run is pinned to its own until its next boundary. */
export function showDraining(progress: TurnProgress): void {
  progress.isDraining = true;
  render(progress);
}

function render(progress: TurnProgress): void {
  const { title, chat_url, parent_chat_id, calls, model, doing, agents, isDraining } = progress;
  const shown = agents ?? doing;
  if (shown === undefined) return;
  const { word, what, since = now() } = shown;
  const state = [`**${word}**`, ...(what === "" ? [] : [what]), `since ${inUtc(since)}`];
  const place = [
    `step ${calls}`,
    ...(model === "" ? [] : [asPlainText(model)]),
    ...(isDraining === true ? ["hands over to another build after this step"] : []),
    ...linkTo(chat_url, title),
    ...(parent_chat_id === "" ? [] : [`subagent of ${linkToRun(parent_chat_id)}`]),
  ];
  setCurrentDetails(`${state.join(" · ")}\n\n${place.join(" · ")}`);
}

function linkTo(chatUrl: string, title: string): readonly string[] {
  const words = title === "" ? "open the chat" : asPlainText(title);
  if (chatUrl !== "") return [`[${words}](${chatUrl})`];
  return title === "" ? [] : [words];
}

/** Of the workflow's clock: when its task began. */
function now(): string {
  return new Date().toISOString();
}

/** `since 2026-11-29 06:30:05 UTC` */
export function sinceNow(): string {
  return `since ${inUtc(now())}`;
}

/** `2026-11-29 06:30:05 UTC` */
function inUtc(iso: string): string {
  return `${iso.slice(0, 19).replace("T", " ")} UTC`;
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

/** Whom a wait is for, and what they are asked for: `approval of execute: npm test, result of pick_color`. */
export function describeWait({ waiting = [], calls = [], since }: AwaitStep): Doing {
  const running = inWords("running", calls.map(asShown));
  const asked = (kind: string) => waiting.filter((call) => call.kind === kind).map(asShown);
  const others = waiting.filter(({ kind }) => kind !== "approval" && kind !== "client").map(asShown);
  const waits = [
    ...inWords("approval of", asked("approval")),
    ...inWords("result of", asked("client")),
    ...inWords("answer to", others),
  ];
  if (waits.length === 0) return { word: "Running", what: "what was approved" };
  const isForPerson = waiting.some(({ kind }) => kind !== "client");
  return {
    word: isForPerson ? "Waiting for a person" : "Waiting for the client",
    what: [waits.join(", "), ...running].join(" · "),
    ...(since !== undefined && { since }),
  };
}

/** The same for a timer, whose summary is no Markdown. */
export function summaryOfWait(step: AwaitStep): string {
  const { word, what } = describeWait(step);
  return inSummary(`${word}: ${what.replace(/\\(?=\W|_)/g, "")}`);
}

/** What a model or a person has written must not become links and pictures. */
function asShown(call: OpenCall): string {
  return asPlainText(describeCall(call));
}

type AwaitStep = Extract<NextStep, { type: "await-client" }>;

/** Names past these add nothing that a person would read. */
const namedMax = 5;

function inWords(verb: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [`${verb} ${inList(names)}`];
}

function inList(names: readonly string[]): string {
  const more = names.length > namedMax ? ` and ${names.length - namedMax} more` : "";
  return `${names.slice(0, namedMax).join(", ")}${more}`;
}

/** The tools that run; none of an empty step, which only commits what is there. */
export function showCalls(progress: TurnProgress, calls: readonly OpenCall[]): void {
  const names = [...new Set(calls.map(asShown))];
  if (names.length > 0) showProgress(progress, { word: "Running", what: inList(names) });
}

/** In the place of what the turn does: the subagents that it waits for, as links to their workflows. */
export function showAgents(progress: TurnProgress, chatIds: readonly string[]): void {
  const names = [...new Set(chatIds)].map(linkToRun);
  const since = progress.agents?.since ?? now();
  if (names.length === 0) delete progress.agents;
  else progress.agents = { word: "Waiting for subagents", what: inList(names), since };
  render(progress);
}

/** Ids begin with the time and so all alike; their ends tell them apart. */
export function linkToRun(chatId: string): string {
  const { namespace } = workflowInfo();
  const path = `/namespaces/${encodeURIComponent(namespace)}/workflows/${chatWorkflowId(chatId)}`;
  return `[chat-…${chatId.slice(-12)}](${path})`;
}

/** How the run ended, for those who look at it later. */
export function describeEnd(outcome: StepOutcome, end: TurnEnd | null): Doing {
  const interrupted = end?.type === "interrupted" ? "Interrupted" : null;
  if (outcome.type === "moved") return { word: interrupted ?? "Done", what: "the chat's next run goes on" };
  if (interrupted !== null) return { word: interrupted, what: "" };
  if (outcome.type !== "ended" || outcome.status === "waiting") return { word: "Done", what: "" };
  if (outcome.status === "deleted") return { word: "Done", what: "the chat was deleted" };
  return { word: "Failed", what: end === null ? "" : wordsOfEnd(end) };
}

/** `rate limit (429)` */
export function wordsOfEnd({ why, status_code }: TurnEnd): string {
  return kindInWords(why, status_code ?? null);
}

function kindInWords(kind: string, status: number | null): string {
  return `${kind.replaceAll("_", " ")}${status === null ? "" : ` (${status})`}`;
}

/** A title is a person's words: it must not become links and pictures. */
export function asPlainText(title: string): string {
  return title.replaceAll("\n", " ").replace(/[\\`*_[\]<>!#|$~]/g, "\\$&");
}

/**
 * `retry 3 of 25 at 06:30:05 UTC: rate limit (429)`
 * @param waitMs how long the run waits for it, from now on
 */
export function describeRetry({ attempt, kind, status_code }: RetryOutcome, waitMs: number): string {
  const at = new Date(Date.now() + waitMs).toISOString().slice(11, 19);
  return `retry ${attempt} of ${providerFailuresPerStepMax} at ${at} UTC: ${kindInWords(kind, status_code)}`;
}

type RetryOutcome = Extract<StepOutcome, { type: "retry" }>;
