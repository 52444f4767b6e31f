// Draws rounds in which a turn waits for its client or for a person.
import { type ChatDraft, keyOf, opening, send, short } from "./chat-draft.ts";
import { shortMessage, waitingMessage } from "./draw-message.ts";
import type { AnswerPlan, Move, RoundKind } from "./plan.ts";

/** What is asked is answered: late, twice, by clients that race, or not at all. */
export function drawWaits(draft: ChatDraft, kind: RoundKind): Move[] {
  if (kind === "wait-expired") return drawExpired(draft);
  const first = opening(draft, (own, key) => waitingMessage(own, key, draft.mcp));
  const key = keyOf(first);
  const asked: Move = { type: "await-question" };
  switch (kind) {
    case "wait-interrupted":
      return [first, asked, ...drawAmong(draft), { type: "interrupt" }];
    case "wait-edited": {
      const message = short(draft);
      draft.editable = [...draft.editable.slice(0, -1), message.key];
      return [first, asked, { type: "edit", target: key, message }];
    }
    default:
      return [first, asked, ...drawAmong(draft), { type: "answer", how: drawAnswer(draft) }];
  }
}

/** Calls of clients alone: nobody has to approve within a time. A chat has a deadline only once it is there. */
function drawExpired(draft: ChatDraft): Move[] {
  const before: Move[] = draft.messages > 0 ? [] : [opening(draft, shortMessage), { type: "rest" }];
  const first = opening(draft, (own, key) => waitingMessage(own, key, false));
  return [
    ...before,
    { type: "deadline", seconds: draft.random.int(1, 2) },
    first,
    { type: "rest" },
    { type: "deadline", seconds: 300 },
  ];
}

/** Messages that come while the turn waits. */
function drawAmong(draft: ChatDraft): Move[] {
  const { random } = draft;
  if (random.chance(0.6)) return [];
  return [send(short(draft), random.pick(["queue", "steer"] as const))];
}

function drawAnswer({ random }: ChatDraft): AnswerPlan {
  return {
    late_ms: random.chance(0.3) ? random.int(1_000, 4_000) : random.int(0, 100),
    racers: random.int(1, 3),
    incomplete: random.chance(0.4),
    verdicts: Array.from({ length: 3 }, () => random.pick(["approve", "approve", "deny", "edit"] as const)),
    together: random.chance(0.5),
    client_first: random.chance(0.5),
  };
}
