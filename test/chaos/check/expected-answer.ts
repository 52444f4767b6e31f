// What a step of a message's script says when it is said in full.
import { planAnswer } from "../../../dev/demo-model/plan/plan-answer.ts";
import type { ScriptStepWithAttempts } from "../../../dev/demo-model/plan/script-step.ts";
import type { MessagePlan } from "../plan/plan.ts";

export interface ExpectedStep {
  readonly reasoning: string;
  readonly text: string;
  readonly tools: readonly { readonly name: string; readonly args: unknown }[];
}

/** What the user's message says: the key by itself, and the script for the model. */
export function wordsOf(message: MessagePlan): string {
  return `${markOf(message.key)}\n\n#script ${JSON.stringify({ key: message.key, steps: message.steps })}`;
}

/** Stands at the beginning of a message's text, and nowhere else. */
export function markOf(key: string): string {
  return `message ${key}:`;
}

/** Stands at the beginning of a step's text, and nowhere else. */
export function stepMarkOf(key: string, step: number): string {
  return `answer ${key}.${step}:`;
}

/** The key of a user message's text; null when it is none of ours. */
export function keyOf(text: string): string | null {
  return /^message (\S+):\n/.exec(text)?.[1] ?? null;
}

export function expectedSteps(message: MessagePlan): ExpectedStep[] {
  return message.steps.map(expectedStep);
}

/** Attempts are laid over the step only to break it: what they say is the step's. */
function expectedStep(step: ScriptStepWithAttempts): ExpectedStep {
  const { attempts: _attempts, ...whole } = step;
  const said = { reasoning: "", text: "" };
  for (const play of planAnswer(whole, { key: "", prefill: "", newCallId: () => "" })) {
    if (play.type !== "event") continue;
    const { event } = play;
    if (event.type === "reasoning" || event.type === "text") said[event.type] += event.text;
  }
  const tools = (step.tool_calls ?? []).map(({ name, args }) => ({ name, args: args ?? {} }));
  return { ...said, tools };
}

/** How the output of each command of a run begins. */
export const COMMAND_MARK = "ran ";

/** The output of the command that a tool round runs: it says its mark, and then its lines. */
export function commandOutput(mark: string, lines: number): string {
  return Array.from({ length: lines }, (_, line) => `${mark} line ${line + 1}\n`).join("");
}

/** What a tool call's arguments will print; null when they are none of ours. */
export function outputOfCall(args: unknown): { readonly mark: string; readonly output: string } | null {
  const { command } = args as { readonly command?: unknown };
  const found = typeof command === "string" ? /^echo '([^']*)'.*seq (\d+)/.exec(command) : null;
  if (found === null) return null;
  const [, mark = "", lines] = found;
  return { mark, output: commandOutput(mark, Number(lines)) };
}

/** The file of a workspace in which each command leaves its mark as it begins. */
export const RAN_FILE = "ran.log";

/** A shell command with that output, which can be counted: it leaves its mark in a file as it begins. */
export function markedCommand(mark: string, lines: number, pauseMs: number): string {
  const pause = (pauseMs / 1000).toFixed(3);
  return `echo '${mark}' >> ${RAN_FILE}; for i in $(seq ${lines}); do echo "${mark} line $i"; sleep ${pause}; done`;
}
