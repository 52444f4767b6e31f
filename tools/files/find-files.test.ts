import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { aProject, textOf } from "./files-fixture.ts";

const sources = {
  "README.md": "",
  "src/main.ts": "",
  "src/api/main.ts": "",
  "src/api/main.test.ts": "",
  ".git/config": "",
  ".env": "",
  ".gitignore": "node_modules/\n",
  "node_modules/x/main.ts": "",
};

test("W6 find_files finds by glob, sorted, without hidden and ignored files", async (t) => {
  const project = aProject(t, sources);
  const find = async (args: Record<string, string>): Promise<unknown> =>
    (await project.call("find_files", { pattern: "*", ...args })).result["paths"];
  const all = ["README.md", "src/api/main.test.ts", "src/api/main.ts", "src/main.ts"];
  assert.deepEqual(await find({ pattern: "**/*" }), all);
  assert.deepEqual(await find({ pattern: "**" }), all);
  assert.deepEqual(await find({ pattern: "main.ts" }), ["src/api/main.ts", "src/main.ts"]);
  assert.deepEqual(await find({ pattern: "src/*.ts" }), ["src/main.ts"]);
  assert.deepEqual(await find({ pattern: "*.ts", path: "src/api" }), [
    "src/api/main.test.ts",
    "src/api/main.ts",
  ]);
  assert.deepEqual(await find({ pattern: "api/*.test.ts", path: "src" }), ["src/api/main.test.ts"]);
  assert.deepEqual(await find({ pattern: "!*.ts" }), ["README.md"]);
  assert.deepEqual(await find({ pattern: "*.py" }), []);
  assert.deepEqual(await find({ path: ".git" }), [".git/config"]);
});

test("W6 find_files stops at 500 paths and says so", async (t) => {
  const files = Array.from({ length: 510 }, (_, at) => [`f${String(at).padStart(3, "0")}`, ""] as const);
  const project = aProject(t, Object.fromEntries(files));
  const { result, truncated } = await project.call("find_files", { pattern: "f*" });
  assert.equal((result["paths"] as unknown[]).length, 500);
  assert.equal(result["truncated"], true);
  assert.equal(truncated, true);
});

test("W6 find_files of a file, a missing folder or a glob that is none is a helpful error", async (t) => {
  const project = aProject(t, sources);
  const file = await project.call("find_files", { pattern: "*", path: "README.md" });
  assert.deepEqual(file.result, { error: '"README.md" is a file.', hint: "Use view_file to read it." });
  const missing = await project.call("find_files", { pattern: "*", path: "scr" });
  assert.match(textOf(missing.result, "hint"), /"src"/);
  const none = await project.call("find_files", { pattern: "{a,b" });
  assert.match(textOf(none.result, "error"), /^The glob cannot be used: unclosed/);
});

test("W6 find_files does not follow links, and works below a link inside the project", async (t) => {
  const project = aProject(t, sources);
  symlinkSync("src/api", path.join(project.root, "api"));
  symlinkSync(project.outside, path.join(project.root, "out"));
  const all = await project.call("find_files", { pattern: "*.ts" });
  assert.deepEqual(all.result["paths"], ["src/api/main.test.ts", "src/api/main.ts", "src/main.ts"]);
  const below = await project.call("find_files", { pattern: "main.ts", path: "api" });
  assert.deepEqual(below.result["paths"], ["src/api/main.ts"]);
});
