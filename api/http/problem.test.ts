import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../../core/chat/refusal.ts";
import { toProblem, toRefusal } from "./problem.ts";

function errorWith(fields: object, message = "x"): Error {
  return Object.assign(new Error(message), fields);
}

test("a refusal becomes a problem document with its stable code", () => {
  assert.deepEqual(toProblem(new Refusal("queue_full", "at most 20")), {
    type: "urn:everturn:problem:queue_full",
    title: "The queue of this chat is full",
    status: 429,
    code: "queue_full",
    detail: "at most 20",
  });
});

test("a database that is away is unavailable, a bug is internal and says nothing of itself", () => {
  const away = [
    errorWith({ code: "ECONNREFUSED" }),
    errorWith({ code: "57P01" }),
    errorWith({ code: "08006" }),
    errorWith({ code: "53300" }),
    errorWith({}, "Connection terminated unexpectedly"),
    errorWith({}, "timeout exceeded when trying to connect"),
    new AggregateError([errorWith({ code: "ECONNREFUSED" })]),
  ];
  for (const error of away) assert.equal(toRefusal(error).code, "unavailable", error.message);
  const bug = toRefusal(errorWith({ code: "23505" }, "duplicate key: secret"));
  assert.deepEqual([bug.code, bug.detail], ["internal", undefined]);
});
