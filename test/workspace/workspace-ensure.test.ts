// Tests: one workspace for a chat, however many ask for it; wishes, names, bindings, cancelled builds. On a real Postgres.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { WorkspaceStatus } from "../../core/workspace/workspace.ts";
import { inUnit } from "../../store/unit.ts";
import { bindWorkspace } from "../../store/workspace/bind-workspace.ts";
import { type CreateWorkspaceInput, createWorkspace } from "../../store/workspace/create-workspace.ts";
import {
  type EnsuredWorkspace,
  ensureChatWorkspace,
  Superseded,
} from "../../store/workspace/ensure-chat-workspace.ts";
import { cancelBuild, cancelChatBuild, requestWorkspace } from "../../store/workspace/request-workspace.ts";
import { readBuild } from "../../store/workspace/workspace-builds.ts";
import {
  failBuild,
  finishBuild,
  finishStop,
  recordWorkspaceGone,
} from "../../store/workspace/workspace-progress.ts";
import {
  listWorkspaces,
  readWorkspace,
  type WorkspacePosition,
  type WorkspaceRow,
} from "../../store/workspace/workspaces.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  aChat,
  anIdleChat,
  openStore,
  refuses,
  type TestChat,
  type TestStore,
  toolCall,
} from "../support/turn/chats.ts";
import { aPlan } from "../support/workspace/workspace-world.ts";

let database: TestDatabase;
let store: TestStore;
before(async () => {
  database = await createTestDatabase();
  store = await openStore(database.url);
});
after(async () => {
  await store.pool.end();
  await database.drop();
});

async function create(more: Partial<CreateWorkspaceInput> = {}): Promise<WorkspaceRow> {
  return (await inUnit(store, (unit) => createWorkspace(unit, aPlan(store, more)))).result;
}

async function ensure(chat: TestChat, turn_id?: number): Promise<EnsuredWorkspace> {
  const turn = turn_id ?? (await chat.row()).current_turn_id ?? 0;
  const began_by = { chat_id: chat.id, turn_id: turn };
  const input = { ...began_by, owner_id: store.userId, create: () => aPlan(store, { began_by }) };
  return (await inUnit(store, (unit) => ensureChatWorkspace(unit, input))).result;
}

async function wish(id: string, what: WorkspaceRow["wish"]): Promise<WorkspaceRow> {
  return (await inUnit(store, (unit) => requestWorkspace(unit, { id, wish: what, owner_id: store.userId })))
    .result;
}

function row(id: string): Promise<WorkspaceRow> {
  return readWorkspace(store.pool, id, null) as Promise<WorkspaceRow>;
}

/** Brings a workspace that is building into a status, as its workflow would. */
async function bring({ id }: WorkspaceRow, status: WorkspaceStatus): Promise<void> {
  const { build_id } = await row(id);
  const ref = { workspace_id: id, build_id };
  if (status === "building") return;
  await inUnit(store, async (unit) => {
    if (status === "failed") {
      await failBuild(unit, { ...ref, error: "broken" });
      return finishStop(unit, id, null);
    }
    await finishBuild(unit, ref);
    if (status === "running") return;
    await requestWorkspace(unit, { id, owner_id: null, wish: status === "deleting" ? "deleted" : "stopped" });
    if (status === "stopped") await finishStop(unit, id, null);
  });
  assert.equal((await row(id)).status, status);
}

test("W2 ten calls of two turns that ask at once get one workspace", async () => {
  const chat = await aChat(store);
  const turn = (await chat.row()).current_turn_id ?? 0;
  await chat.send("the next", "queue");
  const calls = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => ensure(chat, turn + (i % 2))));
  const types = calls.map((call) => (call.status === "fulfilled" ? call.value.type : call.reason.name));
  const count = (type: string) => types.filter((one) => one === type).length;
  assert.deepEqual([count("created"), count("joined"), count("Superseded")], [1, 4, 5]);
  const ids = calls.flatMap((call) => (call.status === "fulfilled" ? [call.value.workspace.id] : []));
  assert.deepEqual([...new Set(ids)], [(await chat.row()).workspace_id]);
});

test("W4 the binding is there with the workspace, and a later turn finds it", async () => {
  const chat = await aChat(store);
  const { workspace } = await ensure(chat);
  assert.equal((await chat.row()).workspace_id, workspace.id);
  await chat.answer([{ type: "text", text: "done" }]);
  await chat.send("again");
  const again = await ensure(chat);
  assert.deepEqual([again.type, again.workspace.id], ["joined", workspace.id]);
});

const TAKEN_UP: readonly (readonly [WorkspaceStatus, EnsuredWorkspace["type"]])[] = [
  ["building", "joined"],
  ["running", "reused"],
  ["stopping", "starting"],
  ["stopped", "starting"],
  ["failed", "replaced"],
  ["deleting", "replaced"],
];

for (const [status, type] of TAKEN_UP) {
  test(`W2 a workspace that is ${status} is ${type}`, async () => {
    const chat = await aChat(store);
    const first = (await ensure(chat)).workspace;
    await bring(first, status);
    const found = await ensure(chat);
    assert.equal(found.type, type);
    assert.equal(found.workspace.id === first.id, type !== "replaced");
    assert.equal((await chat.row()).workspace_id, found.workspace.id);
  });
}

test("W2 a dead workspace is replaced", async () => {
  const chat = await aChat(store);
  const first = (await ensure(chat)).workspace;
  await bring(first, "running");
  await inUnit(store, (unit) => recordWorkspaceGone(unit, first, "its folder is gone"));
  assert.deepEqual(
    [(await row(first.id)).status, (await row(first.id)).error],
    ["failed", "its folder is gone"],
  );
  assert.equal((await ensure(chat)).type, "replaced");
});

test("W2 a workspace that was built anew since its place was found gone stays", async () => {
  const chat = await aChat(store);
  const first = (await ensure(chat)).workspace;
  await bring(first, "running");
  const before = { ...first, build_id: randomUUID() };
  await inUnit(store, (unit) => recordWorkspaceGone(unit, before, "its folder is gone"));
  assert.equal((await row(first.id)).status, "running");
});

test("W2 a workspace whose row is gone is replaced", async () => {
  const chat = await aChat(store);
  await ensure(chat);
  await store.pool.query("delete from workspaces where id = $1", [(await chat.row()).workspace_id]);
  assert.equal((await ensure(chat)).type, "replaced");
});

test("W2 D4 a call that runs while another one waits for a person gets its workspace", async () => {
  const chat = await aChat(store);
  const offered = [
    { name: "ask", parameters: { type: "object" }, is_client: true, is_exclusive: false, asks: false },
  ];
  const content = [toolCall("c1", "ask"), toolCall("c2", "bash")];
  const { fence } = await chat.attempt();
  const answer = { role: "assistant", content, finish_reason: "tool_calls" } as const;
  await chat.settle({ type: "answered", answer, offered }, fence);
  assert.equal((await chat.row()).status, "requires_action");
  const { type, workspace } = await ensure(chat);
  const row = await chat.row();
  assert.deepEqual([type, row.workspace_id, row.status], ["created", workspace.id, "requires_action"]);
});

test("W2 a call of a turn that is over makes nothing", async () => {
  const chat = await anIdleChat(store);
  await assert.rejects(ensure(chat), Superseded);
  const interrupted = await aChat(store);
  await interrupted.interrupt();
  await assert.rejects(ensure(interrupted), Superseded);
  assert.equal((await interrupted.row()).workspace_id, null);
});

test("W2 names are mended, generated ones have a suffix, and so do taken ones, also in a race", async () => {
  assert.equal((await create({ name: "My App!" })).name, "my-app");
  assert.match((await create({ name: "my-app" })).name, /^my-app-[0-9a-f]{4}$/);
  assert.match((await create()).name, /^blank-[0-9a-f]{4}$/);
  const raced = await Promise.all(Array.from({ length: 8 }, () => create({ name: "raced" })));
  const names = raced.map(({ name }) => name);
  assert.equal(new Set(names).size, 8);
  assert.equal(names.filter((name) => name === "raced").length, 1);
});

test("W3 I2 only the turn that began a build cancels it, and only while it is open", async () => {
  const chat = await aChat(store);
  const { workspace } = await ensure(chat);
  const own = { chat_id: chat.id, turn_id: (await chat.row()).current_turn_id ?? 0 };
  const cancel = async (began_by: typeof own) =>
    (await inUnit(store, (unit) => cancelBuild(unit, { build_id: workspace.build_id, began_by }))).result;
  assert.equal(await cancel({ ...own, turn_id: own.turn_id + 1 }), null);
  assert.equal(await cancel({ ...own, chat_id: randomUUID() }), null);
  assert.equal((await cancel(own))?.status, "stopping");
  const build = await readBuild(store.pool, workspace.id, workspace.build_id);
  assert.equal(build?.status, "cancelled");
  assert.equal(await cancel(own), null);
  await inUnit(store, (unit) => finishStop(unit, workspace.id, null));
  const { status, error } = await row(workspace.id);
  assert.equal(status, "failed");
  assert.match(error ?? "", /interrupted/);
});

test("W3 a cancelled start leaves a stopped workspace, and a finished build is left alone", async () => {
  const chat = await aChat(store);
  const first = (await ensure(chat)).workspace;
  const own = { chat_id: chat.id, turn_id: (await chat.row()).current_turn_id ?? 0 };
  const cancel = async () => (await inUnit(store, (unit) => cancelChatBuild(unit, own))).result;
  await bring(first, "stopped");
  assert.equal(await cancel(), null);
  await ensure(chat);
  assert.equal((await cancel())?.status, "stopping");
  await inUnit(store, (unit) => finishStop(unit, first.id, null));
  assert.equal((await row(first.id)).status, "stopped");
});

test("a wish that is fulfilled or on its way changes nothing; others are told of", async () => {
  const made = await create();
  assert.equal((await wish(made.id, "running")).version, made.version);
  await bring(made, "running");
  const stopping = await wish(made.id, "stopped");
  assert.deepEqual([stopping.status, stopping.version], ["stopping", made.version + 1]);
  assert.equal((await wish(made.id, "stopped")).version, stopping.version);
  const restart = await wish(made.id, "running");
  assert.deepEqual([restart.status, restart.version], ["stopping", stopping.version + 1]);
  // Changed their mind once more: the start that was queued is cancelled.
  const stoppedAgain = await wish(made.id, "stopped");
  assert.equal((await readBuild(store.pool, made.id, stoppedAgain.build_id))?.status, "cancelled");
  await inUnit(store, (unit) => finishStop(unit, made.id, null));
  assert.equal((await row(made.id)).status, "stopped");
});

test("A2 what is being deleted takes no other wish, and other people's workspaces are not found", async () => {
  const made = await create();
  await wish(made.id, "deleted");
  await assert.rejects(wish(made.id, "running"), refuses("workspace_deleting"));
  await assert.rejects(wish(made.id, "stopped"), refuses("workspace_deleting"));
  await assert.rejects(
    inUnit(store, (unit) => requestWorkspace(unit, { id: made.id, owner_id: randomUUID(), wish: "deleted" })),
    refuses("workspace_not_found"),
  );
});

test("W4 chats bind, rebind and unbind; what they may not have is refused and changes nothing", async () => {
  const chat = await anIdleChat(store);
  const bind = async (workspace_id: string | null) =>
    (
      await inUnit(store, (unit) =>
        bindWorkspace(unit, { chat_id: chat.id, owner_id: store.userId, workspace_id }),
      )
    ).result.workspace_id;
  const [one, other] = [await create(), await create()];
  assert.equal(await bind(one.id), one.id);
  assert.equal(await bind(other.id), other.id);
  await assert.rejects(bind(randomUUID()), refuses("workspace_refused"));
  await wish(one.id, "deleted");
  await assert.rejects(bind(one.id), refuses("workspace_refused"));
  assert.equal((await chat.row()).workspace_id, other.id);
  assert.equal(await bind(null), null);
});

test("W4 a workspace may be bound while the chat runs, and the running attempt goes on", async () => {
  const chat = await aChat(store);
  const { fence } = await chat.attempt();
  await ensure(chat);
  const committed = await chat.commit(fence, [{ type: "text", text: "done" }]);
  assert.equal(committed.type, "ended");
});

test("workspaces are listed newest first, page by page, and only their owner's", async () => {
  const owner_id = randomUUID();
  await store.pool.query("insert into users (id, name, role) values ($1, 'other', 'member')", [owner_id]);
  const made: string[] = [];
  for (let i = 0; i < 5; i++) made.push((await create({ owner_id })).id);
  const listed: string[] = [];
  let after: WorkspacePosition | undefined;
  do {
    const page = await listWorkspaces(store.pool, { owner_id, limit: 2, after });
    listed.push(...page.items.map(({ id }) => id));
    after = page.next ?? undefined;
  } while (after !== undefined);
  assert.deepEqual(listed, made.toReversed());
});
