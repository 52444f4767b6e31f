import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { pino } from "pino";
import type { JsonObject } from "../../core/part/part.ts";
import { toolContext } from "../files/files-fixture.ts";
import { runToolCall } from "../run-tool-call.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { ToolError } from "../tool-error.ts";
import { loadOwnTools, type OwnTools } from "./load-own-tools.ts";

const folders: string[] = [];
const loaded: OwnTools[] = [];
after(async () => {
  await Promise.all(loaded.map((tools) => tools.close()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function load(
  files: Readonly<Record<string, string>>,
  more: { readonly importMs?: number } = {},
): Promise<OwnTools> {
  const folder = mkdtempSync(join(tmpdir(), "everturn-own-tools-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  // Modules that hang have a test of their own: a busy machine may start a thread slowly.
  const importMs = more.importMs ?? 120_000;
  const own = await loadOwnTools({ folder, logger: pino({ level: "silent" }), importMs, stopMs: 200 });
  loaded.push(own);
  return own;
}

interface CallResult {
  readonly result: Readonly<Record<string, string>>;
  readonly is_error: boolean;
}

async function call(
  own: OwnTools,
  tool_name: string,
  more: { args?: JsonObject; context?: Partial<ToolContext> } = {},
) {
  const tools = await own.source.toolsOf({
    id: "chat-1",
    owner_id: "u",
    project_path: null,
    builtin_tools: null,
    profile: null,
    agent_type: null,
  });
  const named = { tool_call_id: "call-1", tool_name, args: more.args ?? {} };
  const output = await runToolCall(named, tools, toolContext(more.context));
  return output as unknown as CallResult;
}

const tool = (name: string, run: string, more = "") =>
  `export default { name: "${name}", description: "Does it.", schema: { type: "object" }, ${more} run: ${run} };`;

test("C11 a tool is ten lines: zod, JSON schema or Standard Schema; .mjs, .js and .ts; helpers and tests beside them are no tools", async () => {
  const own = await load({
    "roll.mjs": `export default ({ defineTool, z }) =>
      defineTool({
        name: "roll_dice",
        description: "Rolls a die.",
        schema: z.strictObject({ sides: z.int().min(2).default(6) }),
        flags: { read_only: true },
        run: ({ sides }) => ({ sides }),
      });`,
    "two.js": `export default [${["one", "two"].map((name) => tool(name, `() => "${name}"`).slice(15, -1)).join(",")}];`,
    "typed.ts": `interface Args { readonly city: string }
      export default {
        name: "weather", description: "Says the weather.",
        schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
        run: async ({ city }: Args) => ({ city, sky: "blue" as const }),
      };`,
    "folder/index.ts": `import { word } from "./word.ts";\nexport default { name: "say", description: "Says it.", schema: { type: "object" }, run: () => word };`,
    "folder/word.ts": `export const word: string = "hello";`,
    "standard.mjs": `const schema = { "~standard": { version: 1, vendor: "x",
        validate: ({ n }) => (n > 1 ? { value: { n: n * 2 } } : { issues: [{ message: "too small", path: [{ key: "n" }] }] }),
        jsonSchema: { input: () => ({ type: "object", properties: { n: { type: "number" } } }) } } };
      export default { name: "twice", description: "Doubles.", schema, run: ({ n }) => n };`,
    "_private.mjs": "throw new Error('not a module');",
    "roll.test.mjs": "throw new Error('not a module');",
    "types.d.ts": "export {};",
    "notes.md": "no module",
  });
  assert.deepEqual(own.report?.faults, []);
  assert.deepEqual(
    own.report?.tools.map(({ name }) => name),
    ["say", "roll_dice", "twice", "one", "two", "weather"],
  );
  const roll = own.find("roll_dice") as Tool;
  assert.equal((roll.parameters["properties"] as JsonObject)["sides"] !== undefined, true);
  assert.deepEqual(roll.flags, { read_only: true, own: true });
  const outcomes = [
    await call(own, "roll_dice"),
    await call(own, "roll_dice", { args: { sides: "8" } }),
    await call(own, "two"),
    await call(own, "weather", { args: { city: "Bern" } }),
    await call(own, "say"),
    await call(own, "twice", { args: { n: 4 } }),
  ];
  assert.deepEqual(
    outcomes.map(({ result }) => result),
    [
      { sides: 6 },
      { sides: 8 },
      { result: "two" },
      { city: "Bern", sky: "blue" },
      { result: "hello" },
      { result: 8 },
    ],
  );
  for (const [name, args, words] of [
    ["roll_dice", { sides: 1 }, /sides/],
    ["weather", { city: "Bern", day: 1 }, /day/],
    ["twice", { n: 0 }, /n: too small/],
  ] as const) {
    const misfit = await call(own, name, { args });
    assert.equal(misfit.is_error, true);
    assert.match(misfit.result["error"] ?? "", words);
    assert.match(misfit.result["hint"] ?? "", new RegExp(name));
  }
});

test("C11 a faulty module is left out and named, whatever is wrong with it, and the others stay", async () => {
  const json = (more: string) => `export default { name: "t", description: "d", ${more} };`;
  const modules: Readonly<Record<string, readonly [string, RegExp]>> = {
    "throws.mjs": ["throw new Error('/etc/secret')", /^it cannot be imported$/],
    "syntax.mjs": ["export default {", /cannot be imported/],
    "exits.mjs": ["process.exit(0);", /ended while it was imported/],
    "nothing.mjs": ["export const a = 1;", /no tool/],
    "empty.mjs": ["export default [];", /no tool/],
    "name.mjs": [tool("no spaces", "() => 1"), /name of a tool/],
    "mcp.mjs": [tool("github__search", "() => 1"), /MCP/],
    "built-in.mjs": [tool("execute", "() => 1"), /execute is the name of a built-in tool/],
    "zz-again.mjs": [tool("good", "() => 1"), /good is the name of another own tool/],
    "schema.mjs": [
      json(`schema: { type: "object", properties: { a: { type: "text" } } }, run() {}`),
      /properties\.a/,
    ],
    "array.mjs": [json(`schema: { type: "array" }, run() {}`), /at type must be "object"/],
    "no-schema.mjs": [json("run() {}"), /schema is neither/],
    "large.mjs": [
      json(`schema: { type: "object", title: "x".repeat(70000) }, run() {}`),
      /larger than 64 KiB/,
    ],
    "flag.mjs": [tool("flag", "() => 1", "flags: { readonly: true },"), /no flag readonly/],
    "field.mjs": [tool("field", "() => 1", "timeout: 3,"), /no field timeout/],
    "limit.mjs": [tool("limit", "() => 1", "time_limit_s: 1e9,"), /time_limit_s/],
  };
  const own = await load({
    ...Object.fromEntries(Object.entries(modules).map(([name, [text]]) => [name, text])),
    "good.mjs": tool("good", "() => 1"),
  });
  assert.deepEqual(
    own.report?.tools.map(({ name }) => name),
    ["good"],
  );
  const faults = new Map(own.report?.faults.map(({ module, message }) => [module, message]));
  for (const [name, [, words]] of Object.entries(modules)) assert.match(faults.get(name) ?? "", words, name);
  assert.equal(faults.size, Object.keys(modules).length);
  assert.deepEqual((await call(own, "good")).result, { result: 1 });
});

test("C11 a module that hangs while it is imported, or never yields, is left out in time", async () => {
  const own = await load(
    { "hangs.mjs": "await new Promise(() => setInterval(() => {}, 1000));", "loops.mjs": "for (;;) {}" },
    { importMs: 1_000 },
  );
  assert.deepEqual(own.report, {
    tools: [],
    faults: ["hangs.mjs", "loops.mjs"].map((module) => ({ module, message: "it did not load within 1 s" })),
  });
});

test("C11 a folder that is not there is a fault, and no folder is none", async () => {
  const logger = pino({ level: "silent" });
  const gone = await loadOwnTools({ folder: join(tmpdir(), "everturn-not-there"), logger });
  assert.deepEqual(gone.report?.faults, [
    { module: "EVERTURN_TOOLS_DIR", message: "the folder cannot be read" },
  ]);
  assert.equal((await loadOwnTools({ folder: undefined, logger })).report, null);
});

test("C11 L8 what a tool throws is an error for the model without paths of the host; results are cut, and what is no JSON is said", async () => {
  const own = await load({
    "a.mjs": `export default ({ ToolError }) => [
      ${tool("refuses", `() => { throw new ToolError("Not on Sundays.", "Come on Monday."); }`).slice(15, -1)},
      ${tool("breaks", `() => { throw new Error("no file /etc/secret"); }`).slice(15, -1)},
      ${tool("rejects", `async () => { throw "text"; }`).slice(15, -1)},
      ${tool("big", `() => ({ text: "x".repeat(3000000), end: true })`).slice(15, -1)},
      ${tool("cyclic", `() => { const a = {}; a.a = a; return a; }`).slice(15, -1)},
      ${tool("nothing", `() => undefined`).slice(15, -1)},
    ];`,
  });
  assert.deepEqual((await call(own, "refuses")).result, {
    error: "Not on Sundays.",
    hint: "Come on Monday.",
  });
  assert.deepEqual((await call(own, "breaks")).result, { error: "The tool failed: no file <path>" });
  assert.deepEqual((await call(own, "rejects")).result, { error: "The tool failed: text" });
  const big = await call(own, "big");
  assert.equal(big.is_error, false);
  assert.ok(JSON.stringify(big.result).length <= 64 * 1024);
  assert.match(big.result["text"] ?? "", /bytes cut/);
  assert.equal(big.result["end"], true);
  assert.match((await call(own, "cyclic")).result["error"] ?? "", /circular/);
  assert.deepEqual((await call(own, "nothing")).result, { result: null });
});

test("C11 a tool shows output while it runs and keeps files; what it may not keep it is told", async () => {
  const own = await load({
    "a.mjs": tool(
      "draws",
      `async (_args, { write, keepFile, chatId, toolCallId }) => {
        write("one "); write("two");
        const file = await keepFile({ name: "a.png", bytes: new Uint8Array([1, 2]) });
        const refused = await keepFile({ name: "b.exe", bytes: new Uint8Array([3]) }).catch((error) => error.message);
        return { file: file.file_id, refused, chatId, toolCallId };
      }`,
    ),
  });
  let shown = "";
  const keepFile: ToolContext["keepFile"] = ({ name, bytes }) =>
    name === "a.png"
      ? Promise.resolve({ type: "file", file_id: `f${bytes.length}`, media_type: "image/png", name })
      : Promise.reject(new ToolError("No programs."));
  const emit = (text: string) => {
    shown += text;
  };
  const output = await call(own, "draws", { context: { emit, keepFile } });
  assert.deepEqual(output, {
    result: { file: "f2", refused: "No programs.", chatId: "chat-1", toolCallId: "call-1" },
    is_error: false,
    truncated: false,
    files: [{ type: "file", file_id: "f2", media_type: "image/png", name: "a.png" }],
  });
  assert.equal(shown, "one two");
});

const slowTools = {
  "slow.mjs": `let calls = 0;
    const wait = (ms, signal) => new Promise((resolve) => { const t = setTimeout(resolve, ms); signal?.addEventListener("abort", () => { clearTimeout(t); resolve(); }); });
    export default [
      ${tool("polite", `async (_a, { signal }) => { await wait(60000, signal); signal.throwIfAborted(); }`, "time_limit_s: 0.1,").slice(15, -1)},
      ${tool("deaf", "() => wait(600000)", "time_limit_s: 0.1, flags: { read_only: true },").slice(15, -1)},
      ${tool("loops", "() => { for (;;) {} }", "time_limit_s: 0.1,").slice(15, -1)},
      ${tool("counts", "() => ++calls").slice(15, -1)},
      ${tool("waits", "async (_a, { signal }) => { await wait(600000, signal); return 'stopped in order'; }").slice(15, -1)},
      ${tool("dies", "() => { setTimeout(() => { throw new Error('late'); }); return wait(600000); }").slice(15, -1)},
      ${tool("exits", "() => process.exit(3)").slice(15, -1)},
    ];`,
};

test("C11 a call that takes too long is stopped; one that ignores that, or never yields, is given up with its thread, and the next call has a new one", async () => {
  const own = await load(slowTools);
  const unknown = " Whether it took effect is unknown.";
  assert.deepEqual((await call(own, "counts")).result, { result: 1 });
  assert.equal(
    (await call(own, "polite")).result["error"],
    `polite took too long and was stopped.${unknown}`,
  );
  assert.deepEqual((await call(own, "counts")).result, { result: 2 }, "the thread is the same");
  assert.equal((await call(own, "deaf")).result["error"], "deaf took too long and was stopped.");
  assert.deepEqual((await call(own, "counts")).result, { result: 1 }, "the thread is another");
  assert.equal((await call(own, "loops")).result["error"], `loops took too long and was stopped.${unknown}`);
  assert.deepEqual((await call(own, "counts")).result, { result: 1 });
});

test("C11 a module that ends its thread, or throws where nobody catches, costs its open calls and nothing else", async () => {
  const own = await load(slowTools);
  for (const name of ["dies", "exits"]) {
    const output = await call(own, name);
    assert.equal(
      output.result["error"],
      `${name} broke down: its module has ended. Whether it took effect is unknown.`,
    );
    assert.deepEqual((await call(own, "counts")).result, { result: 1 });
  }
});

test("C11 I2 an interrupted call may end in order; other calls of its thread go on when one is given up", async () => {
  const own = await load(slowTools);
  const interrupt = new AbortController();
  const waiting = call(own, "waits", { context: { signal: interrupt.signal } });
  const deaf = call(own, "deaf");
  assert.equal((await deaf).is_error, true);
  interrupt.abort();
  assert.deepEqual((await waiting).result, { result: "stopped in order" });
  const late = await call(own, "polite", { context: { signal: AbortSignal.abort() } });
  assert.equal(late.result["error"], "The call was interrupted.");
});
