// The tools around a workspace's life, over a small shelf and a workspace in memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../core/part/part.ts";
import type { Template, TemplateFault } from "../../core/workspace/template.ts";
import { textOf } from "../files/files-fixture.ts";
import { runToolCall } from "../run-tool-call.ts";
import { type Tool, type ToolContext, type ToolOutput, toolSpecs } from "../tool.ts";
import { ToolError } from "../tool-error.ts";
import type { ChatWorkspace, WorkspaceReport } from "./chat-workspace.ts";
import { chooseTemplate } from "./choose-template.ts";
import { createWorkspace } from "./create-workspace.ts";
import { listTemplates } from "./list-templates.ts";
import { readTemplate } from "./read-template.ts";
import { startWorkspace } from "./start-workspace.ts";
import { stopWorkspace } from "./stop-workspace.ts";

const tools: readonly Tool[] = [listTemplates, readTemplate, createWorkspace, startWorkspace, stopWorkspace];

function aTemplate(name: string, changes: Partial<Template> = {}): Template {
  return {
    name,
    title: `Title of ${name}`,
    description: `Description of ${name}.`,
    parameters: [],
    image: "debian:bookworm",
    build: [],
    startup: null,
    env: {},
    network: false,
    limits: { memory_mib: 512, cpus: 1, pids: 64, disk_mib: 1_024 },
    ttl_ms: null,
    files: null,
    ...changes,
  };
}

const node = aTemplate("node", {
  description: "JavaScript with tests.",
  parameters: [
    { name: "package_name", type: "string", description: "Name.", default: "app" },
    { name: "size", type: "choice", description: "Size.", choices: ["s", "l"] },
  ],
  build: ["node --test"],
  env: { TOKEN: "secret-4711" },
  files: "/srv/templates/node/files",
});
const fault: TemplateFault = {
  template: "broken",
  file: "broken/template.yaml",
  path: "ttl",
  message: "line 9: must be text such as 30m, 2h or never",
};

const report: WorkspaceReport = {
  workspace_id: "w1",
  name: "node-1a2b",
  status: "running",
  agent_status: "ready",
  agent_error: null,
  build_id: "b1",
  created: true,
  message: "The workspace was made.",
};

/** A workspace in memory; it records what it was asked. */
function aWorkspace(templates: readonly Template[] = [aTemplate("blank"), node, aTemplate("python")]) {
  const asked: unknown[] = [];
  const workspace: ChatWorkspace = {
    agent: () => Promise.reject(new ToolError("This chat has no workspace.")),
    templates: () => Promise.resolve({ templates, faults: [fault] }),
    template(name) {
      if (name === "broken") return Promise.resolve({ template: null, faults: [fault], readme: null });
      const template = templates.find((each) => each.name === name);
      return Promise.resolve(template === undefined ? null : { template, faults: [], readme: "# Read me" });
    },
    create(args, watch) {
      asked.push(args);
      watch.emit("v24.0.0\n");
      return Promise.resolve(report);
    },
    start() {
      asked.push("start");
      return Promise.resolve({ ...report, created: false });
    },
    stop() {
      asked.push("stop");
      return Promise.resolve({ workspace_id: "w1", name: "node-1a2b", status: "stopped" });
    },
    abandon() {
      asked.push("abandon");
      return Promise.resolve();
    },
  };
  const emitted: string[] = [];
  const context = (changes: Partial<ToolContext> = {}): ToolContext => ({
    projectRoot: null,
    projectFiles: null,
    workspace,
    signal: new AbortController().signal,
    chatId: "chat",
    toolCallId: "call",
    emit: (text) => emitted.push(text),
    keepFile: ({ name }) => Promise.reject(new Error(`nothing keeps ${name} here`)),
    loadFile: (name) => Promise.reject(new Error(`no ${name} is here`)),
    ...changes,
  });
  const call = (
    tool_name: string,
    args: JsonObject = {},
    changes?: Partial<ToolContext>,
  ): Promise<ToolOutput> => runToolCall({ tool_call_id: "call", tool_name, args }, tools, context(changes));
  return { workspace, asked, emitted, context, call };
}

test("W1 list_templates shows each template in short, and what is wrong with others", async () => {
  const { result, is_error } = await aWorkspace().call("list_templates");
  assert.equal(is_error, false);
  assert.deepEqual(result, {
    templates: [
      { name: "blank", title: "Title of blank", description: "Description of blank.", parameters: [] },
      {
        name: "node",
        title: "Title of node",
        description: "JavaScript with tests.",
        parameters: ["package_name", "size"],
      },
      { name: "python", title: "Title of python", description: "Description of python.", parameters: [] },
    ],
    truncated: false,
    faults: ["broken/template.yaml ttl: line 9: must be text such as 30m, 2h or never"],
  });
});

test("W1 list_templates finds templates by all words of a query", async () => {
  const { call } = aWorkspace();
  const named = async (query: string) => {
    const { result } = await call("list_templates", { query });
    return (result["templates"] as readonly { name: string }[]).map(({ name }) => name);
  };
  assert.deepEqual(await named("javascript TESTS"), ["node"]);
  assert.deepEqual(await named(" title "), ["blank", "node", "python"]);
  assert.deepEqual(await named("rust"), []);
  const { result } = await call("list_templates", { query: "rust" });
  assert.equal(result["hint"], "No template has these words; without query there are 3.");
});

test("W1 list_templates of very many templates says that there are more", async () => {
  const many = Array.from({ length: 200 }, (_, at) =>
    aTemplate(`t${at}`, { description: "é".repeat(2_000) }),
  );
  const { result, truncated } = await aWorkspace(many).call("list_templates");
  assert.equal((result["templates"] as readonly unknown[]).length, 50);
  assert.deepEqual([truncated, result["hint"]], [true, "Narrow the list with query."]);
  assert.ok(Buffer.byteLength(JSON.stringify(result)) < 64 * 1024);
});

test("W1 read_template shows parameters, commands and README, but no path of the server and no value of its environment", async () => {
  const { result, is_error } = await aWorkspace().call("read_template", { template: "node" });
  assert.equal(is_error, false);
  assert.deepEqual(result["parameters"], node.parameters);
  assert.deepEqual(
    [result["build"], result["readme"], result["env"]],
    [["node --test"], "# Read me", ["TOKEN"]],
  );
  assert.doesNotMatch(JSON.stringify(result), /secret-4711|\/srv/);
});

test("W1 a template that does not exist is answered with the nearest names", async () => {
  const { call } = aWorkspace();
  assert.deepEqual((await call("read_template", { template: "nodejs" })).result, {
    error: 'There is no template "nodejs".',
    hint: 'Similar templates: "node".',
  });
  const { result } = await call("read_template", { template: "zzzzzzzz" });
  assert.equal(result["hint"], 'Templates: "blank", "node", "python".');
  const none = await aWorkspace([]).call("read_template", { template: "node" });
  assert.equal(none.result["hint"], "There are no templates on this server.");
});

test("W1 a template with faults is not used: they are told with file and path", async () => {
  const { result, is_error } = await aWorkspace().call("read_template", { template: "broken" });
  assert.equal(is_error, true);
  assert.match(textOf(result, "error"), /"broken" has faults .*broken\/template\.yaml ttl: line 9/);
});

test("W2 parameters that do not fit are told with their path, and what would", async () => {
  const { workspace } = aWorkspace();
  const shelf = { list: () => workspace.templates(), read: (name: string) => workspace.template(name) };
  const asked = { template: "node", parameters: { package_name: 3, colour: "red" } };
  await assert.rejects(chooseTemplate(shelf, asked), {
    name: "ToolError",
    message:
      'The parameters do not fit the template "node": parameters.colour is no parameter: the template has package_name, size; parameters.package_name must be a string; parameters.size is required.',
    hint: 'Parameters of node: package_name (string, default "app"), size (one of "s", "l", required).',
  });
  const chosen = await chooseTemplate(shelf, { template: "node", parameters: { size: "l" } });
  assert.deepEqual(chosen.parameters, { package_name: "app", size: "l" });
  assert.deepEqual(chosen.plan.env, { TOKEN: "secret-4711", PARAM_PACKAGE_NAME: "app", PARAM_SIZE: "l" });
});

test("W2 create_workspace hands on what was asked, shows the build's log and gives the report", async () => {
  const { call, asked, emitted } = aWorkspace();
  const args = { template: "node", name: "My App", parameters: { package_name: "x", port: 80, debug: true } };
  assert.deepEqual(await call("create_workspace", args), { result: { ...report }, is_error: false });
  await call("create_workspace", { template: "blank" });
  assert.deepEqual(asked, [args, { template: "blank" }]);
  assert.deepEqual(emitted, ["v24.0.0\n", "v24.0.0\n"]);
});

test("W3 a failed build is an error result with the log's tail", async () => {
  const { workspace, call } = aWorkspace();
  workspace.create = () =>
    Promise.reject(new ToolError("The build has failed: x.\nThe end of its log:\nboom", "h"));
  assert.deepEqual(await call("create_workspace", { template: "node" }), {
    result: { error: "The build has failed: x.\nThe end of its log:\nboom", hint: "h" },
    is_error: true,
  });
});

test("W9 start_workspace and stop_workspace take no arguments and give what came of it", async () => {
  const { call, asked } = aWorkspace();
  assert.equal((await call("start_workspace")).result["created"], false);
  assert.deepEqual((await call("stop_workspace")).result, {
    workspace_id: "w1",
    name: "node-1a2b",
    status: "stopped",
  });
  assert.deepEqual(asked, ["start", "stop"]);
  assert.equal((await call("stop_workspace", { force: true })).is_error, true);
});

test("W8 a chat that can have no workspace gets words from each of these tools", async () => {
  for (const [name, args] of [
    ["list_templates", {}],
    ["read_template", { template: "node" }],
    ["create_workspace", { template: "node" }],
    ["start_workspace", {}],
    ["stop_workspace", {}],
  ] as const) {
    const { result, is_error } = await aWorkspace().call(name, args, { workspace: null });
    assert.equal(is_error, true);
    assert.match(textOf(result, "error"), /read-only project folder/);
  }
});

test("W2 a call that is not to be run again ends the build it had begun", async () => {
  const { context, asked } = aWorkspace();
  await createWorkspace.abandon?.(context());
  await startWorkspace.abandon?.(context());
  await createWorkspace.abandon?.(context({ workspace: null }));
  assert.deepEqual(asked, ["abandon", "abandon"]);
  assert.ok(!("abandon" in stopWorkspace));
});

test("L6 these tools say how they may be run again, and their schemas refuse what they do not know", async () => {
  assert.deepEqual(
    tools.map(({ flags }) => flags),
    [
      { read_only: true },
      { read_only: true },
      { reattaches: true },
      { reattaches: true },
      { reattaches: true },
    ],
  );
  for (const { parameters } of toolSpecs(tools)) assert.equal(parameters["additionalProperties"], false);
  assert.doesNotMatch(JSON.stringify(toolSpecs(tools)), /propertyNames/);
  const { call } = aWorkspace();
  for (const args of [
    { template: "node", parameters: { a: [1] } },
    { template: "" },
    { template: "node", force: true },
    {},
  ]) {
    assert.equal((await call("create_workspace", args as JsonObject)).is_error, true);
  }
});
