// Tests: turns with MCP servers of their user that are programs inside the chat's workspace: real sandboxes, whole workers, and what
// happens when the worker or the workspace goes away.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Chat, Message } from "../../../core/chat/message.ts";
import type { ScriptStepWithAttempts } from "../../../dev/demo-model/plan/script-step.ts";
import { onlyWorker } from "../../support/crash.ts";
import { type Everturn, startEverturn } from "../../support/everturn.ts";
import { soon } from "../../support/soon.ts";
import { assertSettled, script } from "../../support/turn/settled.ts";

const TEMPLATE = `title: With a server
description: Has an MCP server in its folder.
image: node:24-bookworm
`;

const templates = mkdtempSync(join(tmpdir(), "everturn-templates-"));
let everturn: Everturn;
let made = 0;
before(async () => {
  const folder = join(templates, "served");
  mkdirSync(join(folder, "files"), { recursive: true });
  writeFileSync(join(folder, "template.yaml"), TEMPLATE);
  cpSync(new URL("../../../templates/blank", import.meta.url), join(templates, "blank"), { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL("servers/odd-program.ts", import.meta.url))],
    outfile: join(folder, "files", "server.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
  });
  everturn = await startEverturn({ env: { EVERTURN_TEMPLATES_DIR: templates } });
});
after(async () => {
  await everturn.stop();
  rmSync(templates, { recursive: true });
});

/** A program of the user's own; its secret is a variable. */
async function makeServer(): Promise<{ readonly id: string; readonly slug: string }> {
  made++;
  const slug = `own-${made}`;
  const env = { ODD_JOURNAL: "/workspace/journal", TOKEN: "a-secret" };
  const transport = { type: "stdio", command: "node", args: ["server.mjs"], env };
  const body = { slug, name: "My program", transport };
  const { id } = await everturn.call<{ id: string }>("POST", "/v1/mcp-servers", body);
  return { id, slug };
}

const BUILD: ScriptStepWithAttempts = {
  tool_calls: [{ name: "create_workspace", args: { template: "served" } }],
};

function call(slug: string, tool: string, args = {}): ScriptStepWithAttempts {
  return { tool_calls: [{ name: `${slug}__${tool}`, args }] };
}

async function chatWith(
  server: { readonly id: string },
  steps: readonly ScriptStepWithAttempts[],
  key: string,
): Promise<Chat> {
  return everturn.createChat(script([...steps, { text: "Done." }], key), { mcp_server_ids: [server.id] });
}

async function ended(chat: Chat): Promise<readonly Message[]> {
  const reader = everturn.reader(chat.id);
  await reader.until("the turn has ended", ({ status }) => status === "waiting");
  return assertSettled(everturn, chat.id, [reader]);
}

async function linesIn(chat: Chat): Promise<readonly string[]> {
  const { workspace_id } = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
  const path = join(everturn.workspacesDir, workspace_id ?? "", "files", "journal");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

function resultsOf(stored: readonly Message[], slug: string): string[] {
  return stored.flatMap(({ content }) =>
    content.flatMap((part) =>
      part.type === "tool-result" && part.tool_name.startsWith(slug) ? [JSON.stringify(part.result)] : [],
    ),
  );
}

interface ListedServer {
  readonly usable: boolean;
  readonly reason: string | null;
  readonly runs_in: string;
}

async function listed({ id }: Chat): Promise<ListedServer | undefined> {
  const path = `/v1/chats/${id}/mcp-servers`;
  return (await everturn.call<{ items: ListedServer[] }>("GET", path)).items[0];
}

test("C4 W1 a user's program gives no tools to a chat without a workspace, the chat says why, and offers them as soon as it has one", async () => {
  const server = await makeServer();
  const steps = [BUILD, call(server.slug, "greet", { name: "you" }), call(server.slug, "env")];
  const chat = await chatWith(server, steps, "served");
  const stored = await ended(chat);
  const offered = everturn.model.requests("served").map((request) => JSON.stringify(request.body["tools"]));
  assert.ok(!offered[0]?.includes(`${server.slug}__greet`));
  assert.ok(offered[1]?.includes(`${server.slug}__greet`));
  const [greeted = "", env = ""] = resultsOf(stored, server.slug);
  assert.match(greeted, /hello you/);
  assert.match(env, /TOKEN/);
  assert.doesNotMatch(env, /EVERTURN/);
  const with_workspace = await listed(chat);
  assert.deepEqual(
    [with_workspace?.runs_in, with_workspace?.usable, with_workspace?.reason],
    ["workspace", true, null],
  );
  const bare = await everturn.createChat(script([{ text: "Hello." }]), { mcp_server_ids: [server.id] });
  await ended(bare);
  const { usable, reason } = (await listed(bare)) ?? {};
  assert.equal(usable, false);
  assert.match(reason ?? "", /has none/);
});

test("C4 a user's program that floods, dies or hangs inside a workspace costs its calls, not the turn", async () => {
  const server = await makeServer();
  const greet = call(server.slug, "greet", { name: "again" });
  const steps = [BUILD, call(server.slug, "die"), greet, call(server.slug, "flood")];
  const stored = await ended(await chatWith(server, steps, "trouble"));
  const [died = "", greeted = "", flooded = ""] = resultsOf(stored, server.slug);
  assert.match(died, /broke during the call.*exit code 1.*unknown/);
  assert.match(greeted, /hello again/);
  assert.match(flooded, /cut off/);
});

test("C4 X9 killed in the middle of a call of a user's program, the call is not made again, and the program is started anew", async () => {
  const server = await makeServer();
  const worker = await onlyWorker(everturn);
  const steps = [BUILD, call(server.slug, "hang"), call(server.slug, "greet", { name: "anew" })];
  const chat = await chatWith(server, steps, "killed");
  await soon("the call is made", async () => (await linesIn(chat)).includes("hang begun"));
  await worker.kill();
  await everturn.startWorker();
  const [hung = "", greeted = ""] = resultsOf(await ended(chat), server.slug);
  assert.match(hung, /unknown/);
  assert.match(greeted, /hello anew/);
  assert.equal((await linesIn(chat)).filter((line) => line === "hang begun").length, 1);
});

test("C4 W9 a call of a user's program in a stopped workspace says what to do, and works once it is started again", async () => {
  const server = await makeServer();
  const greet = call(server.slug, "greet", { name: "you" });
  const stop = { tool_calls: [{ name: "stop_workspace", args: {} }] };
  const start = { tool_calls: [{ name: "start_workspace", args: {} }] };
  const chat = await chatWith(server, [BUILD, greet, stop, greet, start, greet], "stopped");
  const [before = "", stopped = "", after = ""] = resultsOf(await ended(chat), server.slug);
  assert.match(before, /hello you/);
  assert.match(stopped, /is stopped.*start_workspace/);
  assert.match(after, /hello you/);
});
