// Draws one chat: its rounds with their moves, and its readers.
import {
  buildingMessage,
  failingMessage,
  heldMessage,
  longMessage,
  readingMessage,
  refusedMessage,
  runningMessage,
  shortMessage,
  slowMessage,
} from "./draw-message.ts";
import type { ChatPlan, Ground, MessagePlan, Move, ReaderPlan, Round, RoundKind } from "./plan.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** How often each kind of round is drawn, out of a hundred. */
const WEIGHTS: readonly (readonly [RoundKind, number])[] = [
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
];
/** Chats with tools use them in half of their rounds. */
const TOOL_ROUNDS: readonly (readonly [RoundKind, number])[] = [
  ["tools", 40],
  ["tools-interrupted", 20],
];
const QUICK = { lines: [2, 8], pauseMs: [5, 40] } as const;
const SLOW = { lines: [30, 40], pauseMs: [40, 60] } as const;

interface ChatDraft {
  readonly random: SeededRandom;
  readonly name: string;
  readonly ground: Ground;
  /** First messages of rounds so far that stand in the history: those that can be edited. */
  editable: string[];
  messages: number;
}

export function drawChat(random: SeededRandom, name: string): ChatPlan {
  const ground = drawGround(random);
  const draft: ChatDraft = { random, name, ground, editable: [], messages: 0 };
  const count = random.int(3, 5);
  const rounds = Array.from({ length: count }, (_, at) => drawRound(draft, at));
  const readers = Array.from({ length: random.int(1, 3) }, (_, at) => drawReader(random, at, count));
  return { name, ground, dialect: random.pick(["openai", "anthropic"]), rounds, readers };
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
  const { random, ground } = draft;
  if (at === 0 && ground === "workspace") {
    return { kind: "tools", moves: [send(buildingMessage(random, nextKey(draft)))] };
  }
  let kind = drawKind(random, ground === "none" ? WEIGHTS : [...WEIGHTS, ...TOOL_ROUNDS]);
  // Nothing can be edited yet, and nothing else is as near to it.
  if (kind === "edited-at-rest" && draft.editable.length === 0) kind = "edited-in-mid-answer";
  return { kind, moves: drawMoves(draft, kind) };
}

function drawKind(random: SeededRandom, weights: typeof WEIGHTS): RoundKind {
  let left = random.next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of weights) {
    left -= weight;
    if (left < 0) return kind;
  }
  return "plain";
}

function nextKey(draft: ChatDraft): string {
  draft.messages++;
  return `${draft.name}-m${draft.messages}`;
}

function send(message: MessagePlan, busy: "queue" | "interrupt" = "queue"): Move {
  return { type: "send", message, busy };
}

function drawMoves(draft: ChatDraft, kind: RoundKind): Move[] {
  const { random } = draft;
  switch (kind) {
    case "plain":
      return [opening(draft, shortMessage)];
    case "long":
      return [opening(draft, longMessage)];
    case "faults":
      return [opening(draft, failingMessage)];
    case "refused":
      return [opening(draft, refusedMessage)];
    case "tools":
      return [opening(draft, toolMessage(draft, "quick"))];
    case "tools-interrupted": {
      const first = opening(draft, toolMessage(draft, "slow"));
      return [first, untilBegun(random, keyOf(first), 4), { type: "interrupt" }];
    }
    case "edited-at-rest":
      return [edit(draft, random.pick(draft.editable))];
    default:
      return drawBusyMoves(draft, kind);
  }
}

type Draw = (random: SeededRandom, key: string) => MessagePlan;

/** The message that begins a round: the chat rests, so it enters the history at once. */
function opening(draft: ChatDraft, draw: Draw): Extract<Move, { type: "send" }> {
  const message = draw(draft.random, nextKey(draft));
  draft.editable.push(message.key);
  return { type: "send", message, busy: "queue" };
}

function keyOf(move: Extract<Move, { type: "send" }>): string {
  return move.message.key;
}

function untilBegun(random: SeededRandom, key: string, most: number): Move {
  return { type: "await-parts", key, count: random.int(1, most) };
}

/** The message and all that came after it go; its place is taken. */
function edit(draft: ChatDraft, target: string): Move {
  const message = shortMessage(draft.random, nextKey(draft));
  draft.editable = [...draft.editable.slice(0, draft.editable.indexOf(target)), message.key];
  return { type: "edit", target, message };
}

/** Rounds that meet an answer in its middle: one that waits for it, or one that goes on meanwhile. */
function drawBusyMoves(draft: ChatDraft, kind: RoundKind): Move[] {
  const { random } = draft;
  if (random.chance(0.4)) {
    const first = opening(draft, random.chance(0.3) ? longMessage : slowMessage);
    return [first, untilBegun(random, keyOf(first), 50), ...drawMeanwhile(draft, kind, keyOf(first))];
  }
  const count = random.int(1, 50);
  const first = opening(draft, (own, key) => heldMessage(own, key, count));
  const key = keyOf(first);
  const begun: Move = { type: "await-parts", key, count };
  return [first, begun, ...drawMeanwhile(draft, kind, key), { type: "release", key }];
}

/** What is done while the message of this key is being answered. */
function drawMeanwhile(draft: ChatDraft, kind: RoundKind, answered: string): Move[] {
  const { random } = draft;
  const more = (count: number) => Array.from({ length: count }, () => shortMessage(random, nextKey(draft)));
  switch (kind) {
    case "queue":
      return more(random.int(1, 3)).map((message) => send(message));
    case "reordered": {
      const queued = more(3);
      const [one, , three] = queued as [MessagePlan, MessagePlan, MessagePlan];
      const moved: Move = { type: "reposition", key: three.key, position: random.int(1, 2) };
      const dropped: Move[] = random.chance(0.6) ? [{ type: "delete", key: one.key }] : [];
      return [...queued.map((message) => send(message)), moved, ...dropped];
    }
    case "interrupted":
      return [
        ...(random.chance(0.3) ? more(1).map((message) => send(message)) : []),
        { type: "interrupt" },
        ...(random.chance(0.4) ? more(1).map((message) => send(message)) : []),
      ];
    case "sent-interrupting":
      return more(1).map((message) => send(message, "interrupt"));
    case "promoted": {
      const queued = more(2);
      const [, two] = queued as [MessagePlan, MessagePlan];
      return [...queued.map((message) => send(message)), { type: "promote", key: two.key }];
    }
    default: {
      // Mostly the message that is being answered, at times one before it.
      const target = random.chance(0.7) ? answered : random.pick(draft.editable);
      return [edit(draft, target)];
    }
  }
}

function toolMessage({ ground }: ChatDraft, pace: "quick" | "slow"): Draw {
  if (ground === "project") return readingMessage;
  return (random, key) => runningMessage(random, key, pace === "quick" ? QUICK : SLOW);
}
