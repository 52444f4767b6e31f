// Tests that what a provider names reaches columns and Temporal, whatever characters it contains.
import assert from "node:assert/strict";
import { test } from "node:test";
import { storableEvent } from "./storable-event.ts";

const args = { tool_call_id: "c", args_delta: '"\0' };

test("X5 names, ids, addresses and the provider's own data lose NULs and halves of characters; text keeps its NULs", () => {
  const odd = "a\0b\ud800";
  const plain = "a\ufffdb\ufffd";
  const call = {
    type: "tool-call",
    tool_name: odd,
    ...args,
    provider_data: { provider: "p", call_id: odd },
  } as const;
  assert.deepEqual(storableEvent({ type: "part", index: 0, delta: call }, []), {
    type: "part",
    index: 0,
    delta: { ...call, tool_name: plain, provider_data: { provider: "p", call_id: plain } },
  });
  const source = { type: "source", url: odd, title: odd } as const;
  assert.deepEqual(storableEvent({ type: "part", index: 1, delta: source }, []), {
    type: "part",
    index: 1,
    delta: { type: "source", url: plain, title: plain },
  });
  assert.deepEqual(storableEvent({ type: "response", response_id: odd, model: null }, []), {
    type: "response",
    response_id: plain,
    model: null,
  });
});

test("X5 a name without an end is cut where Temporal still shows it", () => {
  const call = { type: "tool-call", tool_name: "日".repeat(1_000), ...args } as const;
  const event = storableEvent({ type: "part", index: 0, delta: call }, []);
  assert.ok(event.type === "part" && event.delta.type === "tool-call");
  assert.equal(Buffer.byteLength(event.delta.tool_name), 384);
});
