import assert from "node:assert/strict";
import { test } from "node:test";
import { aProject, textOf } from "./files-fixture.ts";

const sources = {
  "src/a.ts": "const apple = 1;\r\nconst pear = 2;\n",
  "src/deep/b.ts": "export { apple };\n",
  "src/deep/c.md": "# Apple\napple\n",
  "docs/d.md": "no fruit\n",
};

test("W6 grep gives path, line and text of each match, in order", async (t) => {
  const project = aProject(t, sources);
  assert.deepEqual(await project.call("grep", { pattern: "apple" }), {
    result: {
      matches: [
        { path: "src/a.ts", line: 1, text: "const apple = 1;" },
        { path: "src/deep/b.ts", line: 1, text: "export { apple };" },
        { path: "src/deep/c.md", line: 2, text: "apple" },
      ],
      truncated: false,
    },
    is_error: false,
    truncated: false,
  });
});

async function pathsOf(
  found: Promise<{ result: Readonly<Record<string, unknown>> }>,
): Promise<readonly string[]> {
  const { result } = await found;
  assert.ok(Array.isArray(result["matches"]), JSON.stringify(result));
  return result["matches"].map((match: { path: string; line: number }) => `${match.path}:${match.line}`);
}

test("W6 grep narrows by path, glob and case", async (t) => {
  const project = aProject(t, sources);
  const grep = (args: Record<string, string | boolean>): Promise<readonly string[]> =>
    pathsOf(project.call("grep", { pattern: "apple", ...args }));
  assert.deepEqual(await grep({ path: "src/deep" }), ["src/deep/b.ts:1", "src/deep/c.md:2"]);
  assert.deepEqual(await grep({ path: "src/deep/c.md" }), ["src/deep/c.md:2"]);
  assert.deepEqual(await grep({ path: "src/deep/c.md", ignore_case: true }), [
    "src/deep/c.md:1",
    "src/deep/c.md:2",
  ]);
  assert.deepEqual(await grep({ glob: "*.md" }), ["src/deep/c.md:2"]);
  assert.deepEqual(await grep({ glob: "src/*.ts" }), ["src/a.ts:1"]);
  assert.deepEqual(await grep({ glob: "**/*.{ts,md}", path: "src/deep" }), [
    "src/deep/b.ts:1",
    "src/deep/c.md:2",
  ]);
  assert.deepEqual(await grep({ glob: "src/deep/**" }), ["src/deep/b.ts:1", "src/deep/c.md:2"]);
  assert.deepEqual(await grep({ glob: "!*.ts" }), ["src/deep/c.md:2"]);
  assert.deepEqual(await grep({ glob: "[ab].ts" }), ["src/a.ts:1", "src/deep/b.ts:1"]);
  assert.deepEqual(await grep({ glob: "*.py" }), []);
});

test("W6 grep leaves out hidden, ignored and binary files, also from a subfolder", async (t) => {
  const project = aProject(t, {
    ".gitignore": "/lib/built/\n*.log\n",
    ".env": "needle",
    "x.log": "needle",
    "lib/built/a.js": "needle",
    "lib/x.log": "needle",
    "lib/.gitignore": "own.txt\n",
    "lib/own.txt": "needle",
    "lib/a.js": "needle",
    "lib/a.bin": "a\0needle",
  });
  assert.deepEqual(await pathsOf(project.call("grep", { pattern: "needle" })), ["lib/a.js:1"]);
  assert.deepEqual(await pathsOf(project.call("grep", { pattern: "needle", path: "lib" })), ["lib/a.js:1"]);
  assert.deepEqual(await pathsOf(project.call("grep", { pattern: "needle", path: ".env" })), [".env:1"]);
  assert.deepEqual(await pathsOf(project.call("grep", { pattern: "needle", glob: ".*" })), []);
});

test("W6 grep finds files though a folder above the project ignores everything", async (t) => {
  const project = aProject(t, { "a.txt": "needle" });
  project.write("../.ignore", "*\n");
  project.write("../.gitignore", "*\n");
  assert.deepEqual(await pathsOf(project.call("grep", { pattern: "needle" })), ["a.txt:1"]);
});

test("W6 grep stops at 200 matches and says so", async (t) => {
  const project = aProject(t, { "a.txt": "needle\n".repeat(150), "b.txt": "needle\n".repeat(150) });
  const { result, truncated } = await project.call("grep", { pattern: "needle" });
  assert.equal((result["matches"] as unknown[]).length, 200);
  assert.equal(truncated, true);
  const exact = await project.call("grep", { pattern: "needle", path: "a.txt" });
  assert.equal((exact.result["matches"] as unknown[]).length, 150);
  assert.equal(exact.truncated, false);
});

test("W6 grep cuts long lines around the match and stays below 64 KiB", async (t) => {
  const project = aProject(t, {
    "min.js": `${"é".repeat(100_000)}needle${"é".repeat(100_000)}\nneedle${"x".repeat(500)}`,
    "wide.txt": `needle${"漢".repeat(399)}\n`.repeat(100),
  });
  const { result } = await project.call("grep", { pattern: "needle", path: "min.js" });
  const [far, near] = result["matches"] as readonly { text: string }[];
  assert.match(far?.text ?? "", /^…é{50}needleé{344}…$/);
  assert.match(near?.text ?? "", /^needlex{394}…$/);
  const wide = await project.call("grep", { pattern: "needle", path: "wide.txt" });
  assert.equal(wide.truncated, true);
  assert.ok(Buffer.byteLength(JSON.stringify(wide.result)) <= 64 * 1024);
});

test("W6 grep answers a pattern that is no regular expression with its fault", async (t) => {
  const project = aProject(t, sources);
  for (const pattern of ["(", "a(?=b)", "a\nb", "[z-a]", "x{5000}{5000}"]) {
    const { result, is_error } = await project.call("grep", { pattern });
    assert.equal(is_error, true, pattern);
    assert.match(textOf(result, "error"), /^The pattern cannot be used: /);
    assert.match(textOf(result, "hint"), /backslash/);
  }
});

test("W6 grep takes patterns and names that look like options as what they are", async (t) => {
  const project = aProject(t, { "--files": "--hidden\n", "a.txt": "-e --pre=sh\n" });
  assert.deepEqual(await pathsOf(project.call("grep", { pattern: "--hidden" })), ["--files:1"]);
  assert.deepEqual(await pathsOf(project.call("grep", { pattern: "--pre=sh" })), ["a.txt:1"]);
  assert.deepEqual(await pathsOf(project.call("grep", { pattern: "hidden", path: "--files" })), [
    "--files:1",
  ]);
  assert.deepEqual(await pathsOf(project.call("grep", { pattern: "hidden", glob: "--files" })), [
    "--files:1",
  ]);
});

test("W6 grep reads names with newlines and colons right", async (t) => {
  const project = aProject(t, { "new\nline:1:2:3:x.txt": "a\nneedle\n", "z.txt": "needle\n" });
  assert.deepEqual(await pathsOf(project.call("grep", { pattern: "needle" })), [
    "new\nline:1:2:3:x.txt:2",
    "z.txt:1",
  ]);
});

test("W6 grep without a match is an empty result, and no error", async (t) => {
  const project = aProject(t, sources);
  const output = await project.call("grep", { pattern: "nothing like it" });
  assert.deepEqual(output, { result: { matches: [], truncated: false }, is_error: false, truncated: false });
});

test("I2 an interrupted grep is an error result that says so", async (t) => {
  const project = aProject(t, sources);
  const output = await project.call("grep", { pattern: "apple" }, { signal: AbortSignal.abort() });
  assert.deepEqual(output, { result: { error: "The call was interrupted." }, is_error: true });
});

test("W6 grep finds the first line of a file with a byte order mark, and marks bytes that are not UTF-8", async (t) => {
  const project = aProject(t);
  project.write("bom.txt", "\uFEFFfirst needle\nsecond needle\nlast");
  project.write("latin1.txt", Buffer.from("caf\u00e9 needle\n", "latin1"));
  project.write("utf16.txt", Buffer.from("\uFEFFneedle\n", "utf16le"));
  const first = await project.call("grep", { pattern: "^first" });
  assert.deepEqual(first.result["matches"], [{ path: "bom.txt", line: 1, text: "first needle" }]);
  const { result } = await project.call("grep", { pattern: "needle" });
  assert.deepEqual(result["matches"], [
    { path: "bom.txt", line: 1, text: "first needle" },
    { path: "bom.txt", line: 2, text: "second needle" },
    { path: "latin1.txt", line: 1, text: "caf\\xE9 needle" },
  ]);
  assert.match(textOf(result, "note"), /not UTF-8/);
});
