// The feed of a whole Everturn: what a turn does is told, and a replica that comes back goes on where it stopped.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startEverturn } from "../support/everturn.ts";
import { FeedClient } from "../support/reader/feed-client.ts";

test("T8 a turn is followed in the feed from its beginning to its end, and over a restart of the API", async () => {
  const everturn = await startEverturn();
  try {
    const reader = await new FeedClient(everturn.key).connect(everturn.url);
    await reader.until(() => reader.types.includes("snapshot"));
    const { id } = await everturn.createChat("hello");
    await reader.untilTold("created", id);
    const seen = reader.events.length;
    await reader.until(() => reader.chats.get(id)?.status === "waiting");
    assert.equal(reader.chats.get(id)?.has_unread, true);
    assert.ok(reader.types.slice(seen).includes("status_change"));
    assert.equal(await everturn.api.stop(), 0);
    await reader.ended();
    assert.ok(reader.retryMs !== null);
    await everturn.startApi();
    await everturn.call("PATCH", `/v1/chats/${id}`, { title: "Named" });
    await reader.connect(everturn.url);
    await reader.until(() => reader.chats.get(id)?.title === "Named");
    assert.equal(reader.types.filter((type) => type === "snapshot").length, 1);
    await reader.cut();
  } finally {
    await everturn.stop();
  }
});
