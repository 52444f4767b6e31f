import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { startLoop } from "./loop.ts";

test("a loop whose work has left something goes on at once, and stops when told", async () => {
  let rounds = 0;
  let thirdRound: () => void = () => undefined;
  const third = new Promise<void>((resolve) => (thirdRound = resolve));
  const work = async () => {
    rounds++;
    if (rounds < 3) return "more" as const;
    thirdRound();
    return undefined;
  };
  const loop = startLoop("test", 3_600_000, { work, logger: pino({ level: "silent" }) });
  await third;
  await loop.stop();
  assert.equal(rounds, 3);
});
