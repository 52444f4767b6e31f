// Tests: AI SDK clients of three majors send, follow and stop turns; what they show at the end is what is stored.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Major, MAJORS, openChat, shownText, untilShown } from "./support/ai-clients.ts";
import { type Everturn, startEverturn } from "./support/everturn.ts";
import { script } from "./support/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

const promises: Readonly<Record<string, (major: Major, key: string) => Promise<void>>> = {
  "T1 T4 a message is answered": async (major, key) => {
    const chat = openChat(major, everturn, { id: key });
    await chat.sendMessage({ text: script({ text: "Hello you there" }, key) });
    assert.deepEqual([chat.status, chat.error], ["ready", undefined]);
    assert.equal(shownText(chat.lastMessage), "Hello you there");
  },
};

for (const major of MAJORS) {
  describe(`ai ${major}`, () => {
    for (const [name, keeps] of Object.entries(promises)) {
      test(name, () => keeps(major, `${major} ${name}`.replace(/\W+/g, "-")));
    }
  });
}
