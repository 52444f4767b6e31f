// Draws messages: what the model is to answer, and how it fails on the way.
import type { ScriptStepWithAttempts } from "../../../dev/demo-model/plan/script-step.ts";
import { COMMAND_MARK, markedCommand, stepMarkOf } from "../check/expected-answer.ts";
import { ASKED_TOOL, CLIENT_TOOL, MARK_TOOL, MCP_SLUGS, READ_TOOL } from "../mcp/marks.ts";
import type { Ground, MessagePlan } from "./plan.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** The files of the project folder that chats of that ground read. */
export const PROJECT_FILE = "story.txt";
/** The skill of that folder. */
export const PROJECT_SKILL = "telling";
/** How many tokens the models of a run take: no answer comes near it, unless it says so. */
export const CONTEXT_LIMIT = 400_000;
const FILLED_TOKENS = 300_000;

const BUILD: ScriptStepWithAttempts = {
  tool_calls: [{ name: "create_workspace", args: { template: "blank" } }],
};

function step(key: string, number: number, more: ScriptStepWithAttempts): ScriptStepWithAttempts {
  return { ...more, text: stepMarkOf(key, number) };
}

/** An answer that is over in a moment. */
export function shortMessage(random: SeededRandom, key: string): MessagePlan {
  const reasoning = random.chance(0.3) ? { reasoning_parts: random.int(3, 20) } : {};
  const body = { parts: random.int(3, 30), rate: random.int(150, 600), ...reasoning };
  return { key, steps: [step(key, 0, body)], ends: "well" };
}

/** An answer that can be met in its middle: one to two seconds. */
export function slowMessage(random: SeededRandom, key: string): MessagePlan {
  const body = { parts: random.int(60, 110), rate: random.int(50, 90) };
  return { key, steps: [step(key, 0, body)], ends: "well" };
}

/** An answer that waits in its middle, at the gate of its key, until it is let go on. */
export function heldMessage(random: SeededRandom, key: string, after: number): MessagePlan {
  const body = { parts: after + random.int(5, 40), rate: random.int(150, 600) };
  return { key, steps: [step(key, 0, { ...body, hold_until: key, hold_after: after })], ends: "well" };
}

/** An answer that does not fit a heartbeat: past 32 KiB its older parts are spilled to the database. */
export function longMessage(random: SeededRandom, key: string): MessagePlan {
  const body = { parts: random.int(350, 550), part_chars: random.int(100, 130), rate: random.int(250, 600) };
  return { key, steps: [step(key, 0, body)], ends: "well" };
}

/** The provider fails one to three times before it answers. */
export function failingMessage(random: SeededRandom, key: string): MessagePlan {
  const parts = random.int(10, 40);
  const faults = Array.from({ length: random.int(1, 3) }, () => providerFault(random, parts));
  const body = { parts, rate: random.int(150, 600), attempts: [...faults, {}] };
  return { key, steps: [step(key, 0, body)], ends: "well" };
}

type Attempt = NonNullable<ScriptStepWithAttempts["attempts"]>[number];

function providerFault(random: SeededRandom, parts: number): Attempt {
  const after = random.int(0, parts);
  const faults: readonly Attempt[] = [
    { http_error: { status: random.pick([429, 500, 502, 503, 529]) } },
    { cut_after: after },
    { end_without_terminal_after: after },
    {
      stream_error: { message: "Overloaded", type: "overloaded_error", code: "server_error" },
      stream_error_after: after,
    },
  ];
  return random.pick(faults);
}

/** The provider refuses it for good: the turn ends in `error`. */
export function refusedMessage(_random: SeededRandom, key: string): MessagePlan {
  return { key, steps: [step(key, 0, { http_error: { status: 400 } })], ends: "error" };
}

/** An answer that waits in its middle, and then calls tools. */
export function heldCallingMessage(
  random: SeededRandom,
  key: string,
  { after, ground }: { readonly after: number; readonly ground: Ground },
): MessagePlan {
  const body = { parts: after + random.int(5, 20), rate: random.int(150, 600) };
  const tool_calls = lookups(ground).slice(0, 1);
  const first = step(key, 0, { ...body, tool_calls, hold_until: key, hold_after: after });
  return { key, steps: [first, step(key, 1, { parts: 8 })], ends: "well" };
}

/** An answer after which the context is full. */
export function fillingMessage(random: SeededRandom, key: string): MessagePlan {
  const body = { parts: random.int(3, 30), rate: random.int(150, 600) };
  const usage = { input_tokens: FILLED_TOKENS, output_tokens: 10 };
  return { key, steps: [step(key, 0, { ...body, usage })], ends: "well" };
}

/** Only reads, one to three calls side by side, and says what it saw. */
export function readingMessage(random: SeededRandom, key: string, ground: Ground): MessagePlan {
  const calls = lookups(ground);
  const tool_calls = random.shuffled(calls).slice(0, random.int(1, calls.length));
  return { key, steps: [step(key, 0, { tool_calls }), step(key, 1, { parts: 8 })], ends: "well" };
}

function lookups(ground: Ground) {
  const everywhere = [{ name: "list_templates", args: {} }];
  if (ground !== "project") return everywhere;
  return [
    { name: "view_file", args: { path: PROJECT_FILE } },
    { name: "list_dir", args: { path: "." } },
    { name: "grep", args: { pattern: "line" } },
    { name: "read_skill", args: { name: PROJECT_SKILL } },
  ];
}

/** Calls tools of MCP servers side by side, one to three; each call leaves its mark with the server. */
export function markingMessage(
  random: SeededRandom,
  key: string,
  pauseMs: readonly [number, number],
): MessagePlan {
  const tool_calls = Array.from({ length: random.int(1, 3) }, (_, call) => {
    const tool = random.chance(0.7) ? MARK_TOOL : READ_TOOL;
    const args = { mark: `${key}.${call}`, pause_ms: random.int(...pauseMs) };
    return { name: `${random.pick(MCP_SLUGS)}__${tool}`, args };
  });
  return { key, steps: [step(key, 0, { tool_calls }), step(key, 1, { parts: 8 })], ends: "well" };
}

/** Calls tools that wait for the client or, with MCP servers, for a person, and at times one that just runs beside them. */
export function waitingMessage(random: SeededRandom, key: string, mcp: boolean): MessagePlan {
  const mark = (call: number) => ({ mark: `${key}.${call}`, pause_ms: random.int(5, 1_500) });
  const client = (call: number) => ({ name: CLIENT_TOOL, args: { mark: `${key}.${call}` } });
  const asked = (call: number) => ({ name: `${random.pick(MCP_SLUGS)}__${ASKED_TOOL}`, args: mark(call) });
  const runs = (call: number) => ({ name: `${random.pick(MCP_SLUGS)}__${MARK_TOOL}`, args: mark(call) });
  const kinds = mcp ? [client, asked, asked, runs] : [client, client];
  const some = random.shuffled(kinds).slice(0, random.int(1, kinds.length));
  // At least one of them waits.
  const tool_calls = (some.some((kind) => kind !== runs) ? some : [client]).map((kind, call) => kind(call));
  return { key, steps: [step(key, 0, { tool_calls }), step(key, 1, { parts: 8 })], ends: "well" };
}

/** Asks for a workspace, so that there is one. */
export function buildingMessage(_random: SeededRandom, key: string): MessagePlan {
  return { key, steps: [step(key, 0, BUILD), step(key, 1, { parts: 5 })], ends: "well" };
}

export interface CommandPace {
  readonly lines: readonly [number, number];
  readonly pauseMs: readonly [number, number];
}

/** Runs one to three commands side by side; each leaves its mark in a file, so that it can be counted how often it ran. */
export function runningMessage(random: SeededRandom, key: string, pace: CommandPace): MessagePlan {
  const tool_calls = Array.from({ length: random.int(1, 3) }, (_, call) => {
    const lines = random.int(...pace.lines);
    const command = markedCommand(commandMark(key, call), lines, random.int(...pace.pauseMs));
    return { name: "execute", args: { command, timeout_ms: 120_000 } };
  });
  return { key, steps: [step(key, 0, { tool_calls }), step(key, 1, { parts: 8 })], ends: "well" };
}

function commandMark(key: string, call: number): string {
  return `${COMMAND_MARK}${key}.${call}`;
}
