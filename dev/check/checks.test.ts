// Seeds one fault for each of the other checks and reads what they say about it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { checkColours } from "./colours.ts";
import { checkFolders } from "./folders.ts";
import { checkFormat } from "./format.ts";
import { checkLinks } from "./links.ts";
import { checkLint } from "./lint/lint.ts";
import { checkSizes } from "./lint/sizes.ts";
import { checkPlatforms } from "./platforms.ts";
import { reportChecks, runCheck } from "./report.ts";
import { temporaryTree } from "./temporary-tree.ts";
import { checkTexts } from "./texts.ts";
import { checkTypes } from "./types.ts";
import { checkUnused } from "./unused.ts";
import { checkWorkflowBundle } from "./workflow-bundle.ts";

const project = resolve(import.meta.dirname, "../..");
const configured = Object.fromEntries(
  ["tsconfig.json", "biome.json"].map((name) => [name, readFileSync(join(project, name), "utf8")]),
);
const manyLines = (count: number): string => "  console.log(1);\n".repeat(count);

test("types: a wrong type is a fault with its place", async (t) => {
  const root = temporaryTree(t, {
    ...configured,
    "package.json": '{ "type": "module" }\n',
    "a.ts": 'export const a: number = "1";\n',
  });
  const { faults } = await checkTypes(root);
  assert.equal(faults.length, 1, faults.join("\n"));
  assert.match(faults[0] ?? "", /^a\.ts:1:14 TS2322: Type 'string' is not assignable to type 'number'/);
});

test("lint: a floating promise and a promise as a condition are faults, so types are really read", async (t) => {
  const root = temporaryTree(t, {
    ...configured,
    "a.ts": "async function f(): Promise<boolean> {\n  return true;\n}\nf();\nif (f()) console.log(1);\n",
  });
  const { faults, seen } = await checkLint(root);
  assert.equal(seen, "1 files");
  assert.match(faults.join("\n"), /^a\.ts:4:1 typescript\(no-floating-promises\)/m);
  assert.match(faults.join("\n"), /^a\.ts:5:5 typescript\(no-misused-promises\)/m);
});

test("lint: a file over 400 lines and a function over 70 are faults", async (t) => {
  const root = temporaryTree(t, {
    ...configured,
    "file.ts": `export {};\n${manyLines(400)}`,
    "function.ts": `export function f(): void {\n${manyLines(70)}}\n`,
  });
  const { faults } = await checkLint(root);
  assert.equal(faults.length, 2, faults.join("\n"));
  assert.match(faults.join("\n"), /^file\.ts:.*max-lines\)/m);
  assert.match(faults.join("\n"), /^function\.ts:.*max-lines-per-function\)/m);
});

test("lint: having looked at no file is a fault", async (t) => {
  await assert.rejects(checkLint(temporaryTree(t, configured)), /No files found to lint/);
});

/** A tool with a program for each of these platforms, and what else the lock names. */
function aLock(platforms: readonly string[], more: Record<string, object> = {}) {
  const programs = platforms.map((platform) => {
    const [os, cpu] = platform.split("-");
    return [`node_modules/tool-${platform}`, { version: "1.0.0", optional: true, os: [os], cpu: [cpu] }];
  });
  const optionalDependencies = Object.fromEntries(platforms.map((platform) => [`tool-${platform}`, "1.0.0"]));
  const tool = { version: "1.0.0", optionalDependencies };
  const packages = { "": {}, "node_modules/tool": tool, ...Object.fromEntries(programs), ...more };
  return { "package.json": "{}", "package-lock.json": JSON.stringify({ lockfileVersion: 3, packages }) };
}

test("platforms: a program that one of ours lacks, and one that the lock file lacks, are faults", async (t) => {
  const all = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];
  assert.deepEqual((await checkPlatforms(temporaryTree(t, aLock(all)))).faults, []);
  const without = await checkPlatforms(temporaryTree(t, aLock(all.slice(0, 3))));
  assert.deepEqual(without.faults, ["package-lock.json node_modules/tool has nothing for darwin arm64"]);
  const musl = { version: "1.0.0", optional: true, os: ["linux"], cpu: ["x64"], libc: ["musl"] };
  const onlyMusl = await checkPlatforms(
    temporaryTree(t, aLock(all, { "node_modules/tool-linux-x64": musl })),
  );
  assert.deepEqual(onlyMusl.faults, ["package-lock.json node_modules/tool has nothing for linux x64"]);
  const unlisted = { version: "1.0.0", optionalDependencies: { "tool-linux-x64": "1.0.0", gone: "1.0.0" } };
  const lacking = await checkPlatforms(
    temporaryTree(t, aLock(all, { "node_modules/other/node_modules/inner": unlisted })),
  );
  assert.match(lacking.faults[0] ?? "", /inner lacks gone: npm ci would refuse the file/);
});

test("platforms: a needed package for one system alone, and an install script nobody looked at, are faults", async (t) => {
  const all = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];
  const { faults } = await checkPlatforms(
    temporaryTree(t, aLock(all, { "node_modules/node": { os: ["linux"], hasInstallScript: true } })),
  );
  assert.deepEqual(faults, [
    "package-lock.json node_modules/node cannot be installed on darwin x64",
    "package-lock.json node_modules/node cannot be installed on darwin arm64",
    "package-lock.json node_modules/node has an install script that allowScripts of package.json does not name",
  ]);
});

test("sizes: files over 200 lines and functions over 40 are counted and named, but no faults", async (t) => {
  const root = temporaryTree(t, {
    "file.ts": `export {};\n${manyLines(200)}`,
    "function.ts": `export function f(): void {\n${manyLines(40)}}\n`,
    "short.ts": `export function f(): void {\n${manyLines(30)}}\n`,
  });
  const { faults, seen } = await checkSizes(root);
  assert.deepEqual(faults, []);
  assert.match(
    seen,
    /^3 files, notes: 1 files over 200 lines \(file\.ts.*\), 1 functions over 40 \(function\.ts.*\)$/,
  );
});

test("format: a badly spaced file and unsorted imports are faults", async (t) => {
  const root = temporaryTree(t, {
    "biome.json": configured["biome.json"] ?? "",
    "spaces.ts": "export const  a = 1\n",
    "order.ts": 'import { b } from "./spaces.ts";\nimport { a } from "./a.ts";\n\nexport const x = [a, b];\n',
  });
  const { faults } = await checkFormat(root);
  assert.deepEqual(faults.toSorted(), [
    "order.ts has unsorted imports: run npm run format",
    "spaces.ts is not formatted: run npm run format",
  ]);
});

test("unused: a file, an export and a dependency that nothing uses are faults, and an unlisted package", async (t) => {
  const root = temporaryTree(t, {
    "package.json": '{ "name": "x", "type": "module", "dependencies": { "pg": "1.0.0" } }\n',
    "knip.json": '{ "entry": ["cli/main.ts"], "project": ["**/*.ts"] }\n',
    "cli/main.ts": 'import { used } from "./lines.ts";\nimport { z } from "zod";\nconsole.log(used, z);\n',
    "cli/lines.ts": "export const used = 1;\nexport const idle = 2;\n",
    "cli/lonely.ts": "export const lonely = 1;\n",
  });
  const { faults } = await checkUnused(root);
  assert.deepEqual(faults.toSorted(), [
    "cli/lines.ts:2 idle is exported but not used elsewhere",
    "cli/lonely.ts is used by nothing",
    "cli/main.ts:2 zod is imported but not in package.json",
    "package.json pg is a dependency that nothing imports",
  ]);
});

test("workflow bundle: a workflow that imports a Node module is a fault, a clean one is bundled", async (t) => {
  const clean = temporaryTree(t, {
    "workflows/index.ts":
      'import { sleep } from "@temporalio/workflow";\nexport const wait = () => sleep(1);\n',
  });
  const bundled = await checkWorkflowBundle(clean);
  assert.deepEqual(bundled.faults, []);
  assert.match(bundled.seen, /^\d+ KiB$/);
  const faulty = temporaryTree(t, {
    "workflows/index.ts":
      'import { readFileSync } from "node:fs";\nexport const read = () => readFileSync("a");\n',
  });
  assert.match((await checkWorkflowBundle(faulty)).faults.join("\n"), /fs/);
  assert.deepEqual((await checkWorkflowBundle(temporaryTree(t, {}))).faults, [
    "workflows/index.ts does not exist",
  ]);
});

test("texts: a registry's host and a machine's path are faults, hidden files too; relative paths are not", async (t) => {
  const host = ["registry", "npmjs", "org"].join(".");
  const path = (folder: string): string => `/${folder}/x`;
  const root = temporaryTree(t, {
    "a.md": `see\nhttps://${host}/pg\n`,
    ".ci/run": `cd ${path("root")}\n`,
    "b.ts": `export const a = "${path("work")}";\n`,
    "fine.ts": `export const a = ["src${path("work")}", "..${path("root")}", "registry of tools"];\n`,
  });
  const { faults, seen } = await checkTexts(root);
  assert.equal(seen, "4 files");
  assert.deepEqual(faults.toSorted(), [
    `.ci/run:1 names an absolute path of one machine: cd ${path("root")}`,
    `a.md:2 names the host of a package registry: https://${host}/pg`,
    `b.ts:1 names an absolute path of one machine: export const a = "${path("work")}";`,
  ]);
});

test("the report ends with 1 on any fault, and a check that throws is one", async () => {
  const lines: string[] = [];
  const fine = await runCheck({ name: "fine", run: async () => ({ seen: "2 files", faults: [] }) }, ".");
  const broken = await runCheck(
    { name: "broken", run: () => Promise.reject(new Error("no such tool")) },
    ".",
  );
  assert.equal(
    reportChecks([fine], () => undefined),
    0,
  );
  assert.equal(
    reportChecks([fine, broken], (line) => lines.push(line)),
    1,
  );
  assert.match(lines[0] ?? "", /^✓ fine +\d+\.\d s {2}2 files$/);
  assert.match(lines[1] ?? "", /^✗ broken +\d+\.\d s {2}broke off$/);
  assert.deepEqual(lines.slice(2), ["    no such tool", "check: 1 faults in broken"]);
});

test("links: a dead link, a dead heading and a file that is gone are faults, each with its place", async (t) => {
  const root = temporaryTree(t, {
    "a.md":
      "[gone](docs/gone.md)\n[deaf](docs/b.md#nobody)\n[well](docs/b.md#on-time-and-here)\n`docs/c.ts` `other/c.ts`\n",
    "docs/b.md": "# On time, and here\n\n```md\n[code](nowhere.md)\n```\n",
    "docs/d.ts": '// See docs/e.ts.\nexport const path = "docs/f.ts";\n',
  });
  const { faults } = await checkLinks(root);
  assert.deepEqual(faults, [
    "a.md:1 links to docs/gone.md, which does not exist",
    "a.md:2 links to docs/b.md#nobody, which has no such heading",
    "a.md:4 names docs/c.ts, which does not exist",
    "docs/d.ts:1 names docs/e.ts, which does not exist",
  ]);
});

test("folders: a crowded folder, a crowded top of a room and a room without a README are faults", async (t) => {
  const named = (folder: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/f${i}.ts`, "export {};\n"]));
  const root = temporaryTree(t, {
    ...named("store/turn", 21),
    ...named("store/migrations", 30),
    ...named("store", 13),
    "api/README.md": "# api\n",
  });
  assert.deepEqual((await checkFolders(root)).faults, [
    "store/turn/ has 21 entries, more than 20",
    "store/ has 13 files at its top, more than 12",
    "store/ has no README.md",
  ]);
});

test("colours: a colour that stands in no token is a fault, in styles and in components", async (t) => {
  const root = temporaryTree(t, {
    "console/src/styles/tokens.css": ":root { --line: light-dark(#e4e4e1, rgb(0 0 0 / 55%)); }\n",
    "console/src/a.module.css":
      "/* #fff */\n.white { color: var(--line); }\n.b { border: 1px solid #FFF; }\n.c { color: red; }\n",
    "console/src/a.tsx":
      'export const a = { href: "#message-7", fill: "oklch(50% 0 0)" }; // see https://a.example/#fff\n',
  });
  const { faults } = await checkColours(root);
  assert.deepEqual(
    faults.map((fault) => fault.split(" ")[0]),
    ["console/src/a.module.css:3", "console/src/a.module.css:4", "console/src/a.tsx:1"],
  );
});
