// Draws one chat: which rounds it has, and its readers.
import { type ChatDraft, nextKey, send } from "./chat-draft.ts";
import { buildingMessage } from "./draw-message.ts";
import { drawMoves } from "./draw-moves.ts";
import type { ChatPlan, Ground, ReaderPlan, Round, RoundKind } from "./plan.ts";
import type { SeededRandom } from "./seeded-random.ts";

type Weights = readonly (readonly [RoundKind, number])[];

/** How often each kind of round is drawn, beside the others. */
const WEIGHTS: Weights = [
  ["plain", 14],
  ["long", 7],
  ["faults", 10],
  ["refused", 4],
  ["queue", 14],
  ["reordered", 9],
  ["interrupted", 12],
  ["sent-interrupting", 10],
  ["promoted", 8],
  ["edited-at-rest", 6],
  ["edited-in-mid-answer", 8],
  ["steered", 12],
  ["rewritten", 7],
  ["forked", 9],
  ["compacted", 6],
  ["compacted-by-threshold", 5],
  ["waiting", 16],
  ["wait-interrupted", 5],
  ["wait-edited", 4],
  ["wait-expired", 4],
  ["subagents", 9],
  ["subagents-interrupted", 5],
];
/** Chats with tools use them in half of their rounds. */
const TOOL_ROUNDS: Weights = [
  ["tools", 50],
  ["tools-interrupted", 25],
];
const MCP_ROUNDS: Weights = [
  ["mcp", 60],
  ["mcp-interrupted", 20],
];

export function drawChat(random: SeededRandom, name: string): ChatPlan {
  const ground = drawGround(random);
  const mcp = random.chance(0.4);
  const draft: ChatDraft = { random, name, ground, mcp, editable: [], messages: 0 };
  const count = random.int(3, 5);
  const rounds = Array.from({ length: count }, (_, at) => drawRound(draft, at));
  const readers = Array.from({ length: random.int(1, 3) }, (_, at) => drawReader(random, at, count));
  return { name, ground, mcp, dialect: random.pick(["openai", "anthropic"]), rounds, readers };
}

function drawGround(random: SeededRandom): Ground {
  const drawn = random.next();
  if (drawn < 0.2) return "workspace";
  return drawn < 0.35 ? "project" : "none";
}

function drawReader(random: SeededRandom, at: number, rounds: number): ReaderPlan {
  return {
    // The first sees all of it.
    joins_at_round: at === 0 ? 0 : random.int(0, rounds - 1),
    joins_after_ms: at === 0 ? 0 : random.int(0, 1_500),
    cut_after: Array.from({ length: 4 }, () => random.int(3, 150)),
    away_ms: Array.from({ length: 3 }, () =>
      random.chance(0.3) ? random.int(200, 1_500) : random.int(0, 50),
    ),
  };
}

function drawRound(draft: ChatDraft, at: number): Round {
  const { random, ground, mcp } = draft;
  if (at === 0 && ground === "workspace") {
    return { kind: "tools", moves: [send(buildingMessage(random, nextKey(draft)))] };
  }
  let kind = drawKind(random, [
    ...WEIGHTS,
    ...(ground === "none" ? [] : TOOL_ROUNDS),
    ...(mcp ? MCP_ROUNDS : []),
  ]);
  // Nothing can be edited yet, and nothing else is as near to it.
  if (kind === "edited-at-rest" && draft.editable.length === 0) kind = "edited-in-mid-answer";
  return { kind, moves: drawMoves(draft, kind) };
}

function drawKind(random: SeededRandom, weights: Weights): RoundKind {
  let left = random.next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of weights) {
    left -= weight;
    if (left < 0) return kind;
  }
  return "plain";
}
