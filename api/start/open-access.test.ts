import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { atMostEvery } from "./open-access.ts";

test("A1 a storm of changes makes a replica forget at once, and then now and again, and none of them is missed", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    let acts = 0;
    const heard = atMostEvery(100, () => void (acts += 1));
    for (let i = 0; i < 50; i++) heard.ask();
    assert.equal(acts, 1, "the first at once");
    mock.timers.tick(100);
    assert.equal(acts, 2, "one for all others");
    mock.timers.tick(100);
    assert.equal(acts, 2, "nothing was asked since");
    heard.ask();
    assert.equal(acts, 3, "at once again");
    heard.ask();
    heard.stop();
    mock.timers.tick(100);
    assert.equal(acts, 3);
  } finally {
    mock.timers.reset();
  }
});
