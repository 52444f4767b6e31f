import assert from "node:assert/strict";
import { test } from "node:test";
import { ApplicationFailure } from "@temporalio/activity";
import { boundEach, boundRetries } from "./bound-retries.ts";

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** An activity that fails with these errors first, and what it was asked. */
function failing(...errors: readonly Error[]) {
  const asked: string[] = [];
  const activity = (input: string): Promise<string> => {
    const error = errors[asked.length];
    asked.push(input);
    return error === undefined ? Promise.resolve(`${input} done`) : Promise.reject(error);
  };
  return { asked, activity };
}

test("X1 X5 a bug is tried three times within one attempt, whatever number Temporal gives that attempt", async () => {
  const twice = failing(new TypeError("a bug"), new TypeError("a bug"));
  assert.equal(await boundRetries(twice.activity)("it"), "it done");
  const always = failing(...Array.from({ length: 9 }, () => new TypeError("a bug")));
  await assert.rejects(boundRetries(always.activity)("it"), (error: unknown) => {
    assert.ok(error instanceof ApplicationFailure);
    assert.deepEqual([error.type, error.nonRetryable, error.message], ["Bug", true, "TypeError: a bug"]);
    return true;
  });
  assert.equal(always.asked.length, 3);
});

test("X8 an outage is handed to Temporal as it is, which retries it without end", async () => {
  for (const code of ["EAI_AGAIN", "ENETUNREACH", "25006", "25P03", "40P01"]) {
    const once = failing(coded(code));
    await assert.rejects(boundRetries(once.activity)("it"), { code });
    assert.equal(once.asked.length, 1, code);
  }
});

test("X5 local activities are bounded too, each by itself", async () => {
  const { activity, asked } = failing(...Array.from({ length: 9 }, () => new TypeError("a bug")));
  const bounded = boundEach({ settle: activity, other: () => Promise.resolve("fine") });
  await assert.rejects(bounded.settle("it"), /a bug/);
  assert.equal(asked.length, 3);
  assert.equal(await bounded.other(), "fine");
});
