// `everturn users` and `everturn keys`, as processes on a database of their own.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { startTestApi, type TestApi } from "../support/api.ts";

const run = promisify(execFile);
let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

/** What the command prints, or the words with which it fails. */
async function everturn(...args: string[]): Promise<string> {
  const env = { ...process.env, DATABASE_URL: api.databaseUrl, EVERTURN_DATA_DIR: "/nowhere" };
  try {
    return (await run(process.execPath, ["cli/main.ts", ...args], { env })).stdout;
  } catch (error) {
    return `failed: ${(error as { stderr: string }).stderr}`;
  }
}

test("A1 A9 the command line makes the first admin and a key, replaces a lost one, suspends, resumes and deletes", async () => {
  const [id = ""] = (
    await everturn("users", "add", "Ada", "--role", "admin", "--email", "ada@example.com")
  ).split("\n");
  const key = (await everturn("keys", "add", "ada@example.com", "--name", "first", "--days", "30")).trim();
  const me = await api.call("GET /v1/me", { key });
  assert.deepEqual([me.body.id, me.body.role, me.body.api_key.name], [id, "admin", "first"]);
  assert.match(
    await everturn("keys", "list", "Ada"),
    new RegExp(`^${me.body.api_key.id} .*full +first`, "m"),
  );
  assert.match(await everturn("users", "suspend", id), /Ada is suspended/);
  api.deps.accessChanged();
  assert.equal((await api.call("GET /v1/me", { key })).status, 401);
  assert.match(await everturn("users", "list"), new RegExp(`^${id} .*suspended`, "m"));
  await everturn("users", "resume", "Ada");
  api.deps.accessChanged();
  const { body: chat } = await api.call("POST /v1/chats", { key, body: { content: "hello" } });
  assert.match(await everturn("keys", "revoke", me.body.api_key.id), /revoked/);
  assert.match(
    await everturn("users", "delete", id, "--chats", "transfer", "--to", api.ownerId),
    /is deleted/,
  );
  assert.equal((await api.call(`GET /v1/chats/${chat.id}`)).body.owner_id, api.ownerId);
  const { body: log } = await api.call(`GET /v1/audit-log?target=${id}`);
  assert.deepEqual(
    log.items.map((row: { action: string; actor_kind: string }) => `${row.action} ${row.actor_kind}`),
    ["user.delete", "user.resume", "user.suspend", "user.create"].map((act) => `${act} command-line`),
  );
});

test("A9 what the command line refuses it says in words, and exits with 1", async () => {
  assert.match(
    await everturn("users", "delete", api.ownerId, "--chats", "delete"),
    /^failed: \nNothing was changed/,
  );
  assert.match(await everturn("users", "suspend", "nobody"), /^failed: \nThere is no user nobody/);
  assert.match(
    await everturn("keys", "add", api.ownerId, "--scope", "all"),
    /--scope is one of full, chats, read/,
  );
  assert.match(await everturn("users"), /users add <name>/);
  assert.match(await everturn("keys", "revoke", "evt_x"), /keys revoke <key id>/);
});
