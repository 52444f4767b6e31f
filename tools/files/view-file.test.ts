import assert from "node:assert/strict";
import { test } from "node:test";
import { aProject, textOf } from "./files-fixture.ts";

const numberedLines = (count: number): string =>
  Array.from({ length: count }, (_, at) => `line ${at + 1}\n`).join("");

test("W6 view_file shows lines with their numbers and how many there are", async (t) => {
  const project = aProject(t, { "src/a.ts": "one\r\ntwo\nthree" });
  assert.deepEqual(await project.call("view_file", { path: "src/a.ts" }), {
    result: {
      content: "1\tone\n2\ttwo\n3\tthree",
      start_line: 1,
      end_line: 3,
      total_lines: 3,
      truncated: false,
    },
    is_error: false,
    truncated: false,
  });
});

test("W6 view_file shows the lines asked for and no others", async (t) => {
  const project = aProject(t, { "a.txt": numberedLines(10) });
  const { result } = await project.call("view_file", { path: "./a.txt", start_line: 4, end_line: 5 });
  assert.deepEqual(result, {
    content: "4\tline 4\n5\tline 5",
    start_line: 4,
    end_line: 5,
    total_lines: 10,
    truncated: false,
  });
  const past = await project.call("view_file", { path: "a.txt", start_line: 9, end_line: 99 });
  assert.equal(past.result["end_line"], 10);
  assert.equal(past.result["truncated"], false);
});

test("W6 view_file shows at most 2,000 lines, says so, and goes on from there", async (t) => {
  const project = aProject(t, { "a.txt": numberedLines(2_500) });
  const first = await project.call("view_file", { path: "a.txt" });
  assert.equal(first.result["end_line"], 2_000);
  assert.equal(first.truncated, true);
  const second = await project.call("view_file", { path: "a.txt", start_line: 2_001 });
  assert.equal(second.result["end_line"], 2_500);
  assert.equal(second.truncated, false);
});

test("W6 view_file stays below 64 KiB by whole lines, escapes counted", async (t) => {
  const project = aProject(t, { "a.txt": `${'"\\\t'.repeat(100)}\n`.repeat(1_000) });
  const { result, truncated } = await project.call("view_file", { path: "a.txt" });
  assert.equal(truncated, true);
  assert.ok(Buffer.byteLength(JSON.stringify(result)) <= 64 * 1024);
  assert.doesNotMatch(textOf(result, "content"), /bytes cut/);
  assert.equal(textOf(result, "content").split("\n").length, result["end_line"]);
});

test("W6 view_file shows an overlong line cut, and the next one can be read", async (t) => {
  const project = aProject(t, { "min.js": `${"é\u0001".repeat(200_000)}\nnext\n` });
  const first = await project.call("view_file", { path: "min.js" });
  assert.equal(first.result["end_line"], 1);
  assert.equal(first.truncated, true);
  assert.ok(Buffer.byteLength(JSON.stringify(first.result)) <= 64 * 1024);
  const next = await project.call("view_file", { path: "min.js", start_line: 2 });
  assert.equal(next.result["content"], "2\tnext");
});

test("W6 view_file reads characters that lie across two reads of the disk", async (t) => {
  const text = `${"x".repeat(65_535)}\né`;
  const project = aProject(t, { "a.txt": `${"x".repeat(60_000)}\n${"é".repeat(5_000)}`, "b.txt": text });
  const { result } = await project.call("view_file", { path: "a.txt", start_line: 2 });
  assert.equal(result["content"], `2\t${"é".repeat(5_000)}`);
  assert.equal((await project.call("view_file", { path: "b.txt", start_line: 2 })).result["content"], "2\té");
});

test("W6 view_file shows an empty file as no lines", async (t) => {
  const project = aProject(t, { empty: "" });
  const { result, is_error } = await project.call("view_file", { path: "empty" });
  assert.deepEqual(result, { content: "", start_line: 1, end_line: 0, total_lines: 0, truncated: false });
  assert.equal(is_error, false);
});

test("W6 view_file drops a byte order mark, and shows bytes that are not UTF-8 by their numbers", async (t) => {
  const project = aProject(t);
  project.write("bom.txt", "\uFEFFhello");
  project.write("latin1.txt", Buffer.from("caf\u00e9\nna\u00efve\n", "latin1"));
  project.write("mark.txt", "a\ufffdb");
  assert.equal((await project.call("view_file", { path: "bom.txt" })).result["content"], "1\thello");
  const { result } = await project.call("view_file", { path: "latin1.txt" });
  assert.equal(result["content"], "1\tcaf\\xE9\n2\tna\\xEFve");
  assert.equal(result["note"], "Bytes that are not UTF-8 are shown as \\xHH.");
  const mark = await project.call("view_file", { path: "mark.txt" });
  assert.deepEqual([mark.result["content"], mark.result["note"]], ["1\ta\ufffdb", undefined]);
});

test("W6 view_file refuses binary files and UTF-16 by name", async (t) => {
  const project = aProject(t);
  project.write("a.bin", Uint8Array.of(1, 2, 0, 3));
  project.write("b.txt", Buffer.from("\uFEFFhi", "utf16le"));
  const binary = await project.call("view_file", { path: "a.bin" });
  assert.equal(binary.is_error, true);
  assert.match(textOf(binary.result, "error"), /binary/);
  assert.match(textOf((await project.call("view_file", { path: "b.txt" })).result, "error"), /UTF-16/);
});

test("W6 view_file helps with wrong paths and lines", async (t) => {
  const project = aProject(t, { "src/server.ts": "x", "README.md": "x" });
  const cases = [
    { args: { path: "src/sever.ts" }, error: /does not exist/, hint: /"server\.ts"/ },
    { args: { path: "readme.md" }, error: /does not exist/, hint: /"README\.md"/ },
    { args: { path: "qqqqqqqq" }, error: /does not exist/, hint: /list_dir/ },
    { args: { path: "README.md/x" }, error: /does not exist/, hint: /list_dir/ },
    { args: { path: "src" }, error: /is a folder/, hint: /list_dir/ },
    { args: { path: "README.md", start_line: 9 }, error: /has 1 lines/, hint: /^$/ },
    { args: { path: "README.md", start_line: 3, end_line: 2 }, error: /before start_line/, hint: /^$/ },
  ];
  for (const { args, error, hint } of cases) {
    const output = await project.call("view_file", args);
    assert.equal(output.is_error, true);
    assert.match(textOf(output.result, "error"), error);
    assert.match(textOf({ hint: "", ...output.result }, "hint"), hint);
  }
});

test("W6 view_file refuses a file too large to count its lines", async (t) => {
  const project = aProject(t, { big: "" });
  const { truncateSync } = await import("node:fs");
  truncateSync(`${project.root}/big`, 65 * 1024 * 1024);
  const { result } = await project.call("view_file", { path: "big" });
  assert.deepEqual(result, {
    error: "The file has 65 MiB; up to 64 can be shown.",
    hint: "Use grep to find what you need in it.",
  });
});
