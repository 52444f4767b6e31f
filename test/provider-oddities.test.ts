// Tests: odd answers that real servers have given, each played through the whole product: what is stored of it, what its
// reader shows, and what the server is asked next.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type OddCase, oddCases } from "./support/odd-case.ts";
import { outline, promptOutline } from "./support/odd-outline.ts";
import { type OddChat, type OddWorld, openOddWorld, playCase } from "./support/odd-world.ts";

/** Side by side: most of their time they wait. */
const CHATS_AT_ONCE = 8;

let world: OddWorld;
before(async () => {
  world = await openOddWorld();
});
after(() => world.stop());

describe("odd answers", { concurrency: CHATS_AT_ONCE }, () => {
  for (const odd of oddCases()) {
    test(odd.says, async () => {
      const played = await playCase(world, odd);
      await checkTurn(odd, played);
      await checkNextTurn(odd, played);
    });
  }
});

async function checkTurn(odd: OddCase, played: OddChat): Promise<void> {
  const { stored, error } = await played.settled();
  assert.deepEqual([error?.kind, error?.detail], [odd.error?.kind, odd.error?.detail]);
  assert.deepEqual(outline(stored), odd.stored);
  if (odd.requests !== undefined) assert.equal(played.model.requests().length, odd.requests);
}

/** The chat lives: it takes another message, and what it sends then is a prompt that the dialect's service takes. */
async function checkNextTurn(odd: OddCase, played: OddChat): Promise<void> {
  if (odd.after === "the last again") return;
  const { error } = await played.say("and now?");
  assert.equal(error, null);
  const body = played.model.requests().at(-1)?.body ?? {};
  const next = promptOutline(odd.dialect, body);
  if (odd.next !== undefined) assert.deepEqual(next, odd.next);
}
