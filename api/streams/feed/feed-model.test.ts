import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequiredAction } from "../../../core/chat/message.ts";
import type { FeedChatRow } from "../../../store/stream/feed-chats.ts";
import { FeedModel, feedOverlapMs } from "./feed-model.ts";

const startMs = Date.parse("2026-01-02T00:00:00.000Z");
const hourMs = 3_600_000;
const asked: RequiredAction = { tool_calls: [], deadline_at: null };

type RowChange = Partial<FeedChatRow>;

/** Only what the model looks at; the rest is the wire's business. */
function row(id: string, version: number, change: RowChange = {}): FeedChatRow {
  return {
    id,
    title: "t",
    status: "waiting",
    last_error: null,
    retry: null,
    labels: {},
    archived: false,
    last_turn_summary: null,
    has_unread: false,
    queue_length: 0,
    current_turn_id: 1,
    required_action: null,
    snapshot_version: version,
    last_read_message_id: 0,
    created_at: "2026-01-01T00:00:00.000Z",
    updated_at: new Date(startMs - hourMs).toISOString(),
    read_at: null,
    ...change,
  } as FeedChatRow;
}

function begun(...rows: readonly FeedChatRow[]): FeedModel {
  const model = new FeedModel({ temporal: () => null });
  model.restart(rows, startMs - hourMs, startMs);
  model.advance(startMs);
  return model;
}

function at(ms: number): RowChange {
  return { updated_at: new Date(ms).toISOString() };
}

function told(events: readonly { readonly kind: string; readonly data: string }[] | null): string[] | null {
  return (
    events?.map(({ kind, data }) => `${kind} ${JSON.parse(data).chat?.id ?? JSON.parse(data).chat_id}`) ??
    null
  );
}

test("T8 an event is named by the most telling difference", () => {
  const everything: RowChange = {
    required_action: asked,
    archived: true,
    status: "requires_action",
    queue_length: 1,
    title: "u",
    last_turn_summary: "s",
    has_unread: true,
  };
  const names: readonly [keyof FeedChatRow, string][] = [
    ["required_action", "action_required"],
    ["archived", "archived"],
    ["status", "status_change"],
    ["queue_length", "queue_change"],
    ["title", "title_change"],
    ["last_turn_summary", "summary_change"],
    ["has_unread", "read_change"],
  ];
  let change = everything;
  for (const [field, kind] of names) {
    assert.equal(begun(row("c", 1)).learn(row("c", 2, change))?.kind, kind);
    const { [field]: _named, ...rest } = change;
    change = rest;
  }
  assert.equal(begun(row("c", 1)).learn(row("c", 2, { labels: { a: "b" } }))?.kind, "status_change");
  const settled = begun(row("c", 1, { required_action: asked })).learn(row("c", 2));
  assert.equal(settled?.kind, "status_change");
});

test("G6 T8 a new question of a subagent is action_required for its root; one that is answered while another waits is not", () => {
  const asking = (...ids: readonly string[]) => ({
    child_questions: ids.map((chat_id) => ({
      chat_id,
      tool_calls: [{ tool_call_id: "c1", tool_name: "pick", kind: "client" as const, deadline_at: null }],
    })),
  });
  const model = begun(row("root", 1));
  const kinds = [asking("a"), asking("a", "b"), asking("b"), asking()].map(
    (change, at) => model.learn(row("root", at + 2, change))?.kind,
  );
  assert.deepEqual(kinds, ["action_required", "action_required", "status_change", "status_change"]);
});

test("T8 what is older than what is known, or the same, is not told", () => {
  const model = begun(row("c", 3, { last_read_message_id: 5 }));
  assert.equal(model.learn(row("c", 2, { title: "old" })), null);
  assert.equal(model.learn(row("c", 3, { last_read_message_id: 4, has_unread: true })), null);
  assert.equal(model.learn(row("c", 3, { last_read_message_id: 5 })), null);
  assert.equal(model.isNews("c", 3), false);
  assert.equal(model.isNews("c", 4), true);
});

test("T8 a deleted chat is told once, and a read that comes late does not raise it", () => {
  const model = begun(row("c", 1));
  assert.equal(model.learnGone("c", null)?.kind, "deleted");
  assert.equal(model.learnGone("c", startMs), null);
  assert.equal(model.learn(row("c", 2)), null);
  model.restart([row("c", 2)], 0, startMs);
  assert.equal(model.snapshot()[0]?.data, '{"chats":[]}');
  assert.equal(model.learnMissing("unknown"), null);
});

test("T8 a chat that was never heard of is new only when it is", () => {
  const model = begun();
  const created_at = new Date(startMs + 5).toISOString();
  assert.equal(model.learn(row("new", 1, { created_at }))?.kind, "created");
  assert.equal(model.learn(row("old", 7, at(startMs + 5)))?.kind, "status_change");
});

test("T8 a resume tells what changed, was read or went since its cursor, with an overlap", () => {
  const cursor = startMs - 60_000;
  const before = cursor - feedOverlapMs - 1;
  const model = begun(
    row("still", 1, at(before)),
    row("changed", 2, at(cursor + 1)),
    row("late", 2, at(cursor - feedOverlapMs)),
    row("read", 1, { ...at(before), read_at: new Date(cursor + 1).toISOString() }),
    row("new", 1, { ...at(cursor + 1), created_at: new Date(cursor + 1).toISOString() }),
  );
  model.learnGone("gone before", before);
  model.learnGone("gone", cursor);
  model.learnGone("just gone", null);
  assert.deepEqual(told(model.since(cursor))?.toSorted(), [
    "created new",
    "deleted gone",
    "deleted just gone",
    "status_change changed",
    "status_change late",
    "status_change read",
  ]);
});

test("T5 a cursor from before what is known, or from the future, is not resumed", () => {
  const model = begun(row("c", 1));
  assert.deepEqual(model.since(startMs), []);
  assert.equal(model.since(startMs - hourMs), null);
  assert.equal(model.since(startMs + hourMs), null);
});

test("T8 a snapshot that does not fit one frame goes on as chats of their own", () => {
  const rows = Array.from({ length: 200 }, (_none, i) =>
    row(String(i), 1, { labels: { long: "x".repeat(4_000) } }),
  );
  const [first, ...others] = begun(...rows).snapshot();
  const { chats } = JSON.parse(first?.data ?? "") as { chats: unknown[] };
  assert.ok(Buffer.byteLength(first?.data ?? "") <= 256 * 1024);
  assert.ok(chats.length > 50);
  assert.equal(chats.length + others.length, 200);
});

test("T8 many deletions let older chats come into the list", () => {
  const model = begun(...Array.from({ length: 200 }, (_none, i) => row(String(i), 1)));
  assert.equal(model.lacksOlder, false);
  model.learnGone("0", null);
  assert.equal(model.lacksOlder, true);
  model.learnQuietly([row("older", 1), row("1", 0)]);
  assert.equal(model.lacksOlder, false);
  assert.equal(model.isNews("1", 1), false);
  assert.equal(model.isNews("older", 1), false);
});
