// Draws rounds that meet an answer in its middle.
import { type ChatDraft, edit, keyOf, opening, send, short, someShort, untilBegun } from "./chat-draft.ts";
import { heldCallingMessage, heldMessage, longMessage, slowMessage } from "./draw-message.ts";
import type { MessagePlan, Move, RoundKind } from "./plan.ts";

/** The answer waits for what is done meanwhile, or goes on. */
export function drawBusyMoves(draft: ChatDraft, kind: RoundKind): Move[] {
  const { random } = draft;
  if (kind === "steered") return drawSteered(draft);
  if (random.chance(0.4)) {
    const first = opening(draft, random.chance(0.3) ? longMessage : slowMessage);
    return [first, untilBegun(random, keyOf(first), 50), ...drawMeanwhile(draft, kind, keyOf(first))];
  }
  const count = random.int(1, 50);
  const first = opening(draft, (own, key) => heldMessage(own, key, count));
  const key = keyOf(first);
  return [
    first,
    { type: "await-parts", key, count },
    ...drawMeanwhile(draft, kind, key),
    { type: "release", key },
  ];
}

/** Messages to steer a turn, mostly one that is about to call tools: else they begin turns of their own. */
function drawSteered(draft: ChatDraft): Move[] {
  const { random } = draft;
  const count = random.int(1, 30);
  const calls = random.chance(0.8);
  const first = opening(draft, (own, key) =>
    calls
      ? heldCallingMessage(own, key, { after: count, ground: draft.ground })
      : heldMessage(own, key, count),
  );
  const key = keyOf(first);
  const steering = someShort(draft, random.int(1, 3)).map((message) => send(message, "steer"));
  const others = someShort(draft, random.int(0, 2)).map((message) => send(message));
  return [
    first,
    { type: "await-parts", key, count },
    ...random.shuffled([...steering, ...others]),
    { type: "release", key },
  ];
}

/** What is done while the message of this key is being answered. */
function drawMeanwhile(draft: ChatDraft, kind: RoundKind, answered: string): Move[] {
  const { random } = draft;
  switch (kind) {
    case "queue":
      return someShort(draft, random.int(1, 3)).map((message) => send(message));
    case "reordered":
      return reordered(draft);
    case "rewritten": {
      const queued = someShort(draft, random.int(1, 2));
      const target = random.pick(queued).key;
      return [...queued.map((message) => send(message)), { type: "rewrite", target, message: short(draft) }];
    }
    case "interrupted":
      return [
        ...(random.chance(0.3) ? someShort(draft, 1).map((message) => send(message)) : []),
        { type: "interrupt" },
        ...(random.chance(0.4) ? someShort(draft, 1).map((message) => send(message)) : []),
      ];
    case "sent-interrupting":
      return [send(short(draft), "interrupt")];
    case "promoted": {
      const queued = someShort(draft, 2);
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

function reordered(draft: ChatDraft): Move[] {
  const { random } = draft;
  const queued = someShort(draft, 3);
  const [one, , three] = queued as [MessagePlan, MessagePlan, MessagePlan];
  const moved: Move = { type: "reposition", key: three.key, position: random.int(1, 2) };
  const dropped: Move[] = random.chance(0.6) ? [{ type: "delete", key: one.key }] : [];
  return [...queued.map((message) => send(message)), moved, ...dropped];
}
