// Tests: turns end to end, on real Postgres and Temporal, with API and worker as processes and a scripted model.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Everturn, startEverturn } from "./support/everturn.ts";
import { assertSettled, script } from "./support/settled.ts";

for (const liveBus of ["postgres", "off"] as const) {
  test(`turns with the live bus ${liveBus}`, async (context) => {
    let everturn: Everturn;
    before(() => undefined);
    after(() => undefined);
    everturn = await startEverturn({ liveBus });
    try {
      await context.test("L1 T1 a text turn streams, is stored, and ends in 12 events", async () => {
        const chat = await everturn.createChat(script({ parts: 40, rate: 200 }));
        const reader = everturn.reader(chat.id);
        await reader.untilIdle();
        await assertSettled(everturn, chat.id, [reader]);
        const history = await everturn.temporal.workflow.getHandle(`chat-${chat.id}`).fetchHistory();
        assert.equal(history.events?.length, 12);
      });
    } finally {
      await everturn.stop();
    }
  });
}
