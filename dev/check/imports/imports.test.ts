// Seeds forbidden imports and cycles in small trees: the import check is only worth what it catches.
import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryTree } from "../temporary-tree.ts";
import { checkImports } from "./imports.ts";

const part = { "core/part.ts": "export interface Part { text: string }\nexport const empty = '';\n" };

test("imports: a tree that keeps to the table is clean, and every file was seen", async (t) => {
  const root = temporaryTree(t, {
    ...part,
    "store/parts.ts":
      'import pg from "pg";\nimport { empty } from "../core/part.ts";\nexport const x = [pg, empty];\n',
    "models/openai.ts":
      'import OpenAI from "openai";\nimport type { Part } from "../core/part.ts";\nexport type Y = [Part, OpenAI];\n',
  });
  const result = await checkImports(root);
  assert.deepEqual(result.faults, []);
  assert.equal(result.seen, "3 modules, 4 imports");
});

test("imports: a room that imports a room the table does not give it is a fault, by value and by type", async (t) => {
  const root = temporaryTree(t, {
    ...part,
    "core/decide.ts": 'import { rows } from "../store/rows.ts";\nexport const x = rows;\n',
    "store/rows.ts": "export const rows = 1;\nexport interface Row { id: number }\n",
    "platform/log.ts": 'import type { Part } from "../core/part.ts";\nexport type Y = Part;\n',
    "api/chat.ts": 'export type { Row } from "../activities/contract.ts";\n',
    "activities/contract.ts": 'export interface Row { id: import("../worker/drain.ts").Drain }\n',
    "worker/drain.ts": "export type Drain = string;\n",
  });
  const { faults } = await checkImports(root);
  assert.deepEqual(faults.toSorted(), [
    "activities/contract.ts activities/ may not import worker/drain.ts, only activities, core, store, models, tools, workspaces, platform",
    "api/chat.ts api/ may not import activities/contract.ts, only api, core, store, delivery, platform, workflows/contract.ts, workflows/search-attributes.ts, package.json",
    "core/decide.ts core/ may not import store/rows.ts, only core",
    "platform/log.ts platform/ may not import core/part.ts, only platform",
  ]);
});

test("imports: core may import neither a package nor a Node module", async (t) => {
  const root = temporaryTree(t, {
    "core/a.ts":
      'import { readFileSync } from "node:fs";\nimport { z } from "zod";\nexport const x = [readFileSync, z];\n',
  });
  const { faults } = await checkImports(root);
  assert.equal(faults.length, 2, faults.join("\n"));
  assert.match(
    faults.join("\n"),
    /core\/ may not import (node:)?fs: no package and no Node module belongs there/,
  );
  assert.match(faults.join("\n"), /core\/ may not import zod/);
});

test("imports: provider SDKs, the workflow package and pg stay in their rooms", async (t) => {
  const root = temporaryTree(t, {
    "activities/call-model.ts": 'import Anthropic from "@anthropic-ai/sdk";\nexport const x = Anthropic;\n',
    "activities/now.ts": 'import { sleep } from "@temporalio/workflow";\nexport const x = sleep;\n',
    "api/rows.ts": 'import { Pool } from "pg";\nexport const x = Pool;\n',
    "tools/ask.ts": 'export const x = async () => await import("openai/resources");\n',
  });
  const { faults } = await checkImports(root);
  assert.deepEqual(faults.toSorted(), [
    "activities/call-model.ts @anthropic-ai/sdk may be imported only in models/",
    "activities/now.ts @temporalio/workflow may be imported only in workflows/, bench/",
    "api/rows.ts pg may be imported only in store/, dev/, worker/, cli/, bench/, test/",
    "tools/ask.ts openai may be imported only in models/",
  ]);
});

test("imports: workflows may import the types of activities/contract.ts, and no value of it", async (t) => {
  const contract = {
    "activities/contract.ts": "export interface Calls { a: number }\nexport const names = ['a'];\n",
  };
  const clean = temporaryTree(t, {
    ...contract,
    "workflows/turn.ts": 'import type { Calls } from "../activities/contract.ts";\nexport type X = Calls;\n',
  });
  assert.deepEqual((await checkImports(clean)).faults, []);
  const faulty = temporaryTree(t, {
    ...contract,
    "workflows/turn.ts": 'import { names } from "../activities/contract.ts";\nexport const x = names;\n',
  });
  assert.deepEqual((await checkImports(faulty)).faults, [
    'workflows/turn.ts workflows/ may import only types of activities/contract.ts: write "import type"',
  ]);
});

test("imports: a cycle is a fault, told once, also when it is one of types alone", async (t) => {
  const root = temporaryTree(t, {
    "core/a.ts": 'import { b } from "./b.ts";\nexport const a = () => b;\n',
    "core/b.ts": 'import { c } from "./c.ts";\nexport const b = () => c;\n',
    "core/c.ts": 'import { a } from "./a.ts";\nexport const c = () => a;\n',
    "core/x.ts": 'import type { Y } from "./y.ts";\nexport interface X { y: Y }\n',
    "core/y.ts": 'import type { X } from "./x.ts";\nexport interface Y { x: X }\n',
  });
  assert.deepEqual((await checkImports(root)).faults, [
    "core/a.ts is in a cycle: core/a.ts → core/b.ts → core/c.ts → core/a.ts",
    "core/x.ts is in a cycle: core/x.ts → core/y.ts → core/x.ts",
  ]);
});

test("imports: a floor imports itself, its room's top and the floors that the table gives it", async (t) => {
  const value = "export const x = 1;\n";
  const use = (path: string) => `import { x } from "${path}";\nexport const y = x;\n`;
  const root = temporaryTree(t, {
    "store/database.ts": value,
    "store/debug/runs.ts": value,
    "store/usage/limits.ts": use("../debug/runs.ts"),
    "store/usage/records.ts": use("./limits.ts").replace("{ x }", "{ y as x }"),
    "store/row/chat-row.ts": use("../usage/records.ts").replace("{ x }", "{ y as x }"),
    "store/row/rows.ts": use("../database.ts"),
    "store/attic/old.ts": use("../row/rows.ts").replace("{ x }", "{ y as x }"),
    "store/store.ts": use("./row/rows.ts").replace("{ x }", "{ y as x }"),
  });
  assert.deepEqual((await checkImports(root)).faults, [
    "store/attic/old.ts store/attic/ is not in the table of floors (dev/check/rooms.ts)",
    "store/usage/limits.ts store/usage/ may not import store/debug/runs.ts: no other floor of store/",
  ]);
});

test("imports: the console's components are held to its floors, and reach the server by the client alone", async (t) => {
  const root = temporaryTree(t, {
    "client/index.ts": "export const client = 1;\n",
    "store/rows.ts": "export const rows = 1;\n",
    "console/src/app.tsx": "export const App = () => <main />;\n",
    "console/src/ui/button.tsx": 'import { App } from "../app.tsx";\nexport const Button = () => <App />;\n',
    "console/src/chat/chat.tsx":
      'import { client } from "../../../client/index.ts";\nimport { Button } from "../ui/button.tsx";\nimport { Frame } from "../shell/frame.tsx";\nexport const x = [client, Button, Frame];\n',
    "console/src/shell/frame.tsx":
      'import { rows } from "../../../store/rows.ts";\nexport const Frame = () => <p>{rows}</p>;\n',
  });
  assert.deepEqual((await checkImports(root)).faults.toSorted(), [
    "console/src/chat/chat.tsx console/src/chat/ may not import console/src/shell/frame.tsx: only state, styles, ui of console/src/",
    "console/src/shell/frame.tsx console/ may not import store/rows.ts, only console, client, core",
  ]);
});

test("imports: tests and main.ts may import anything, and a folder outside the table is a fault", async (t) => {
  const imports = 'import { rows } from "../store/rows.ts";\nexport const x = rows;\n';
  const root = temporaryTree(t, {
    "store/rows.ts": "export const rows = 1;\n",
    "core/a.test.ts": imports,
    "api/main.ts": imports,
    "helpers/a.ts": imports,
  });
  assert.deepEqual((await checkImports(root)).faults, [
    "helpers/a.ts helpers/ is not in the table of rooms (dev/check/rooms.ts)",
  ]);
});

test("imports: a tree in which no import is seen is a fault, for then the parser is not at work", async (t) => {
  const root = temporaryTree(t, part);
  assert.deepEqual((await checkImports(root)).faults, ["no import was seen in 1 files"]);
});

test("imports: a room inside a room has rules of its own: the agent takes Node's modules, core and the packages bundled with it, nothing else", async (t) => {
  const root = temporaryTree(t, {
    ...part,
    "workspaces/driver.ts": "export const x = 1;\n",
    "workspaces/agent/files.ts":
      'import { readFileSync } from "node:fs";\nimport { empty } from "../../core/part.ts";\nexport const y = [readFileSync, empty];\n',
    "workspaces/agent/zod.ts": 'import { z } from "zod";\nexport const y = z;\n',
    "workspaces/agent/pg.ts": 'import pg from "pg";\nexport const y = pg;\n',
    "workspaces/agent/up.ts": 'import { x } from "../driver.ts";\nexport const y = x;\n',
  });
  const { faults } = await checkImports(root);
  assert.deepEqual(faults.toSorted(), [
    "workspaces/agent/pg.ts pg may be imported only in store/, dev/, worker/, cli/, bench/, test/",
    "workspaces/agent/up.ts workspaces/agent/ may not import workspaces/driver.ts, only workspaces/agent, core, platform/system-processes.ts",
  ]);
});
