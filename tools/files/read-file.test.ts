import assert from "node:assert/strict";
import { test } from "node:test";
import { aProject, textOf } from "./files-fixture.ts";

const numberedLines = (count: number): string =>
  Array.from({ length: count }, (_, at) => `line ${at + 1}\n`).join("");

test("W6 read_file gives lines with their numbers, and how many there are", async (t) => {
  const project = aProject(t, { "src/a.ts": "one\r\ntwo\nthree" });
  assert.deepEqual(await project.callInWorkspace("read_file", { path: "src/a.ts" }), {
    result: { content: "1\tone\n2\ttwo\n3\tthree", start_line: 1, total_lines: 3, truncated: false },
    is_error: false,
    truncated: false,
  });
});

test("W6 read_file takes offset and limit, and says when lines are missing", async (t) => {
  const project = aProject(t, { "a.txt": numberedLines(2_500) });
  const read = async (args: Record<string, number>) =>
    (await project.callInWorkspace("read_file", { path: "a.txt", ...args })).result;
  const part = await read({ offset: 4, limit: 2 });
  assert.deepEqual(part, {
    content: "4\tline 4\n5\tline 5",
    start_line: 4,
    total_lines: 2_500,
    truncated: false,
  });
  const most = await read({ limit: 1_000_000_000 });
  assert.equal(textOf(most, "content").split("\n").length, 2_000);
  assert.equal(most["truncated"], true);
  assert.equal((await read({ offset: 2_001 }))["truncated"], false);
  assert.match(textOf(await read({ offset: 2_600 }), "error"), /has 2500 lines; line 2600 is past its end/);
});

test("W6 read_file refuses binary files, folders and what is not there", async (t) => {
  const project = aProject(t, { "src/server.ts": "x" });
  project.write("a.bin", Uint8Array.of(1, 2, 0, 3));
  for (const [path, error] of [
    ["a.bin", /binary/],
    ["src", /is a folder/],
    ["src/sever.ts", /does not exist in the workspace/],
  ] as const) {
    const output = await project.callInWorkspace("read_file", { path });
    assert.equal(output.is_error, true);
    assert.match(textOf(output.result, "error"), error);
  }
});
