// What the plan of a chaos run is, as data: chats with their moves, readers, and faults.
import type { ScriptStepWithAttempts } from "../../../dev/demo-model/plan/script-step.ts";

export interface ChaosPlan {
  readonly seed: number;
  readonly turns: number;
  readonly chats: readonly ChatPlan[];
  readonly faults: readonly FaultPlan[];
}

/** Where a chat's tools work: nowhere, in a project folder that it only reads, or in a workspace of its own. */
export type Ground = "none" | "project" | "workspace";

export interface ChatPlan {
  readonly name: string;
  readonly ground: Ground;
  readonly dialect: "openai" | "anthropic";
  /** Whether it has the tools of the run's MCP servers. */
  readonly mcp: boolean;
  /** Played one after the other; after each the chat comes to rest. */
  readonly rounds: readonly Round[];
  readonly readers: readonly ReaderPlan[];
}

export interface Round {
  readonly kind: RoundKind;
  readonly moves: readonly Move[];
}

export const ROUND_KINDS = [
  "plain",
  "long",
  "faults",
  "refused",
  "queue",
  "reordered",
  "interrupted",
  "sent-interrupting",
  "promoted",
  "edited-at-rest",
  "edited-in-mid-answer",
  "tools",
  "tools-interrupted",
  "steered",
  "rewritten",
  "forked",
  "compacted",
  "compacted-by-threshold",
  "mcp",
  "mcp-interrupted",
  "waiting",
  "wait-interrupted",
  "wait-edited",
  "wait-expired",
  "subagents",
  "subagents-interrupted",
] as const;
export type RoundKind = (typeof ROUND_KINDS)[number];

/** A user message and what the model answers to it. The key is in both: it tells them from all others. */
export interface MessagePlan {
  readonly key: string;
  readonly steps: readonly ScriptStepWithAttempts[];
  /** `error`: the provider refuses it for good. */
  readonly ends: "well" | "error";
  /** Those that its steps start, in the order of the calls. */
  readonly subagents?: readonly SubagentPlan[];
}

/** A chat that the model starts, tells more or stops, and whose report it waits for. */
export interface SubagentPlan {
  /** The prompt, and what it is told meanwhile. */
  readonly messages: readonly MessagePlan[];
  /** So often it may be stopped in its middle by its parent's model. */
  readonly interrupts: number;
}

export type Move =
  | { readonly type: "send"; readonly message: MessagePlan; readonly busy: BusyBehavior }
  /** Until the model has sent so many parts of the answer to this message, or a while has passed. */
  | { readonly type: "await-parts"; readonly key: string; readonly count: number }
  /** Lets an answer go on that waits in its middle for what is done meanwhile. */
  | { readonly type: "release"; readonly key: string }
  | { readonly type: "interrupt" }
  | { readonly type: "edit"; readonly target: string; readonly message: MessagePlan }
  | { readonly type: "promote"; readonly key: string }
  | { readonly type: "reposition"; readonly key: string; readonly position: number }
  | { readonly type: "delete"; readonly key: string }
  /** A queued message gets other words, if it is still in the queue. */
  | { readonly type: "rewrite"; readonly target: string; readonly message: MessagePlan }
  /** Copies what is committed, up to a message or all of it, and sends a message to the copy. */
  | { readonly type: "fork"; readonly until: string | null; readonly message: MessagePlan }
  | { readonly type: "pause"; readonly ms: number }
  /** Until somebody is asked about a call, or the chat rests. */
  | { readonly type: "await-question" }
  /** Answers all that the turn waits for. */
  | { readonly type: "answer"; readonly how: AnswerPlan }
  /** How long clients have for their results from now on; the chat rests. */
  | { readonly type: "deadline"; readonly seconds: number }
  /** Until the chat rests. */
  | { readonly type: "rest" }
  | { readonly type: "compact" };

export interface AnswerPlan {
  readonly late_ms: number;
  /** So many clients answer at once: each with a result of its own, or a decision of its own. */
  readonly racers: number;
  /** Some of the results are given first, and must be refused. */
  readonly incomplete: boolean;
  /** About calls that need an approval, by their place. */
  readonly verdicts: readonly ("approve" | "deny" | "edit")[];
  readonly together: boolean;
  readonly client_first: boolean;
}

export type BusyBehavior = "queue" | "interrupt" | "steer";

export interface ReaderPlan {
  /** The round with which it begins to read. */
  readonly joins_at_round: number;
  /** How long after that round has begun. */
  readonly joins_after_ms: number;
  /** Events after which its connection is cut, again and again, in turn. */
  readonly cut_after: readonly number[];
  /** How long it stays away each time. */
  readonly away_ms: readonly number[];
}

export const FAULT_KINDS = [
  "worker-kill",
  "worker-stop",
  "worker-deploy",
  "worker-freeze",
  "worker-failpoint",
  "api-kill",
  "api-stop",
  "api-failpoint",
  "postgres-crash",
  "postgres-read-only",
  "network-stall",
  "network-blackhole",
  "temporal-restart",
  "temporal-kill",
  "bus-cut",
  "connections-cut",
  "readers-cut",
  "mcp-kill",
  "agent-kill",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultPlan {
  readonly kind: FaultKind;
  /** Happens when so many messages have been sent. */
  readonly after_messages: number;
  /** Which replica, where there are several. */
  readonly replica: number;
  /** The named point of `worker-failpoint` and `api-failpoint`. */
  readonly failpoint: string | null;
}

/** The messages of a chat and of its forks, in the order in which they are sent. */
export function messagesOf(rounds: readonly Round[]): MessagePlan[] {
  return rounds.flatMap(({ moves }) => moves.flatMap((move) => ("message" in move ? [move.message] : [])));
}
