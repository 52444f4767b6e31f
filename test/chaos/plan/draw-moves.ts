// Draws the moves of a round whose turns are left to themselves, or met where it does not matter how far they are.
import {
  type ChatDraft,
  type Draw,
  edit,
  keyOf,
  nextKey,
  opening,
  send,
  short,
  untilBegun,
} from "./chat-draft.ts";
import { drawBusyMoves } from "./draw-busy-moves.ts";
import {
  failingMessage,
  fillingMessage,
  heldMessage,
  longMessage,
  markingMessage,
  readingMessage,
  refusedMessage,
  runningMessage,
  shortMessage,
} from "./draw-message.ts";
import { slowSubagentsMessage, subagentsMessage } from "./draw-subagents.ts";
import { drawWaits } from "./draw-waits.ts";
import type { Move, RoundKind } from "./plan.ts";

const QUICK = { lines: [2, 8], pauseMs: [5, 40] } as const;
const SLOW = { lines: [30, 40], pauseMs: [40, 60] } as const;
const MARKED_QUICKLY = [5, 300] as const;
const MARKED_SLOWLY = [1_500, 2_000] as const;

export function drawMoves(draft: ChatDraft, kind: RoundKind): Move[] {
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
    case "tools-interrupted":
      return interrupted(draft, toolMessage(draft, "slow"));
    case "mcp": {
      const pace = random.chance(0.5) ? MARKED_QUICKLY : MARKED_SLOWLY;
      return [opening(draft, (own, key) => markingMessage(own, key, pace))];
    }
    case "mcp-interrupted":
      return interruptedCall(draft);
    case "edited-at-rest":
      return [edit(draft, random.pick(draft.editable))];
    case "forked":
      return forked(draft);
    case "compacted":
      return [
        opening(draft, shortMessage),
        { type: "rest" },
        { type: "compact" },
        ...(random.chance(0.5) ? [send(short(draft))] : []),
      ];
    case "compacted-by-threshold":
      // One that fills the context as the first since a compaction does not ask for another one: it would lead nowhere.
      return [
        opening(draft, shortMessage),
        send(fillingMessage(draft.random, nextKey(draft))),
        send(short(draft)),
      ];
    case "waiting":
    case "wait-interrupted":
    case "wait-edited":
    case "wait-expired":
      return drawWaits(draft, kind);
    case "subagents":
      return [opening(draft, subagentsMessage)];
    case "subagents-interrupted":
      return interruptedSubagents(draft);
    default:
      return drawBusyMoves(draft, kind);
  }
}

function interrupted(draft: ChatDraft, draw: Draw): Move[] {
  const first = opening(draft, draw);
  return [first, untilBegun(draft.random, keyOf(first), 4), { type: "interrupt" }];
}

/** While a subagent writes: it is stopped, too. */
function interruptedSubagents(draft: ChatDraft): Move[] {
  const first = opening(draft, slowSubagentsMessage);
  const [subagent] = first.message.subagents ?? [];
  const key = subagent?.messages[0]?.key ?? "";
  return [first, untilBegun(draft.random, key, 20), { type: "interrupt" }];
}

/** Mostly while the server has the call, at times before that. */
function interruptedCall(draft: ChatDraft): Move[] {
  const { random } = draft;
  const first = opening(draft, (own, key) => markingMessage(own, key, MARKED_SLOWLY));
  const pause: Move = { type: "pause", ms: random.int(0, 800) };
  return [first, { type: "await-parts", key: keyOf(first), count: 4 }, pause, { type: "interrupt" }];
}

/** Of a chat at rest, of one whose answer is under way, or of one whose tools may run. */
function forked(draft: ChatDraft): Move[] {
  const { random } = draft;
  const drawn = random.next();
  const fork = (until: string | null): Move => {
    return { type: "fork", until, message: shortMessage(random, nextKey(draft)) };
  };
  if (drawn < 0.4) {
    const first = opening(draft, shortMessage);
    return [first, { type: "rest" }, fork(random.chance(0.4) ? random.pick(draft.editable) : null)];
  }
  if (drawn < 0.7) {
    const first = opening(draft, toolMessage(draft, "quick"));
    return [first, untilBegun(random, keyOf(first), 4), fork(null)];
  }
  const count = random.int(1, 50);
  const key = nextKey(draft);
  draft.editable.push(key);
  return [
    send(heldMessage(random, key, count)),
    { type: "await-parts", key, count },
    fork(null),
    { type: "release", key },
  ];
}

function toolMessage({ ground, mcp }: ChatDraft, pace: "quick" | "slow"): Draw {
  if (ground === "workspace") {
    return (random, key) => runningMessage(random, key, pace === "quick" ? QUICK : SLOW);
  }
  if (ground === "project" || !mcp) return (random, key) => readingMessage(random, key, ground);
  return (random, key) => markingMessage(random, key, MARKED_QUICKLY);
}
