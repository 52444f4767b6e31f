// Tests: the templates of this project build where workspaces really run, without a network.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "../../core/part/part.ts";
import { planOf } from "../../core/workspace/plan-workspace.ts";
import { resolveParameters } from "../../core/workspace/resolve-parameters.ts";
import type { AgentApi } from "../../workspaces/agent/api.ts";
import { openAgent } from "../../workspaces/client/agent-client.ts";
import type { WorkspaceDriver } from "../../workspaces/driver.ts";
import { createLocalDriver } from "../../workspaces/drivers/local/local.ts";
import { createTemplateShelf } from "../../workspaces/templates/templates.ts";
import { removeWorkspaces } from "../support/workspace/remove-workspaces.ts";

const never = new AbortController().signal;
const shelf = createTemplateShelf(fileURLToPath(new URL("../../templates", import.meta.url)));
let folder: string;
let driver: WorkspaceDriver;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "everturn-templates-build-"));
  driver = createLocalDriver({
    deployment: "test",
    dataDir: folder,
    folder,
    secretKey: Buffer.alloc(32),
    allowUnsandboxed: false,
  });
});
after(() => removeWorkspaces(folder));

interface BuiltTemplate {
  readonly agent: AgentApi;
  /** All that the build commands said. */
  readonly log: string;
  /** Of the last one; the first that fails ends the build. */
  readonly exit_code: number | null;
}

/** Does what a build does, command by command. */
async function build(name: string, given: JsonObject = {}): Promise<BuiltTemplate> {
  const template = (await shelf.read(name))?.template;
  assert.ok(template, `there is a template ${name}`);
  const resolved = resolveParameters(template, given);
  assert.ok(resolved.ok);
  const { plan, build_commands } = planOf(template, resolved.values);
  const id = randomUUID();
  await driver.provision(id, plan, { signal: never, log: () => undefined });
  const agent = openAgent(await driver.connect(id, plan, never));
  let log = "";
  for (const [at, command] of build_commands.entries()) {
    const { text, exit_code } = await run(agent, `build-${at}`, command);
    log += text;
    if (exit_code !== 0) return { agent, log, exit_code };
  }
  return { agent, log, exit_code: 0 };
}

async function run(agent: AgentApi, key: string, command: string) {
  await agent.processes.start({ key, command }, never);
  let text = "";
  for await (const event of agent.processes.follow({ key, offset: 0 }, never)) {
    if (event.type === "ended") return { text, exit_code: event.process.exit_code };
    text += Buffer.from(event.bytes).toString();
  }
  throw new Error("the process has no end");
}

test("W1 the template node builds offline: its tests pass, and its parameter is in package.json", async () => {
  const { agent, log, exit_code } = await build("node", { package_name: "my.tool-2" });
  assert.equal(exit_code, 0, log);
  assert.match(log, /v\d+\.\d+[^]*pass 1[^]*fail 0/);
  const { content } = await agent.files.readLines({ path: "package.json" }, never);
  assert.match(content, /"name": "my\.tool-2"/);
  assert.equal((await run(agent, "start", "node src/index.js Ada")).text, "Hello, Ada!\n");
});

test("W3 the template node fails clearly by a name that is none, and runs nothing in it", async () => {
  const { agent, log, exit_code } = await build("node", { package_name: "$(touch pwned) x" });
  assert.equal(exit_code, 1);
  assert.match(log, /is no name of a package/);
  const { entries } = await agent.files.listDir({}, never);
  assert.ok(!entries.some(({ name }) => name === "pwned"));
});

test("W1 the template python builds offline, or says that there is no Python", async () => {
  const { agent, log, exit_code } = await build("python");
  const has = (await run(agent, "look", "command -v python3")).exit_code === 0;
  if (has) {
    assert.equal(exit_code, 0, log);
    assert.match(log, /Python 3[^]*OK/);
    assert.equal((await run(agent, "start", "python3 main.py Ada")).text, "Hello, Ada!\n");
  } else {
    assert.equal(exit_code, 127);
    assert.match(log, /Python is missing/);
  }
});

test("W1 the template blank is an empty folder with a shell", async () => {
  const { agent, exit_code } = await build("blank");
  assert.equal(exit_code, 0);
  assert.equal((await run(agent, "look", "ls -A | wc -l")).text.trim(), "0");
});
