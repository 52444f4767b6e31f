// W7 against another process that swaps a folder and a file for links outside while tools read and write there.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import {
  aProject,
  assertNothingLeaked,
  type ProjectFixture,
  secretText,
} from "../../tools/files/files-fixture.ts";
import type { ToolOutput } from "../../tools/tool.ts";

/**
 * Swaps race/ between the folder itself and a link to the neighbour, and race.txt between a file and a link to the neighbour's
 * secret, as fast as the disk goes, until its input ends. Tools that write make things where a name is free for a moment: they go.
 */
const swapping = `
  const { renameSync, rmSync, symlinkSync, unlinkSync } = require("node:fs");
  const [root, outside] = process.argv.slice(1);
  const move = (from, to) => {
    for (;;) {
      try {
        return renameSync(root + "/" + from, root + "/" + to);
      } catch (error) {
        if (error.code === "ENOENT") throw error;
        try { rmSync(root + "/" + to, { recursive: true, force: true }); } catch {}
      }
    }
  };
  symlinkSync(outside, root + "/link");
  symlinkSync(outside + "/secret.txt", root + "/file-link");
  process.stdin.on("end", () => process.exit()).resume();
  const swap = () => {
    for (let times = 0; times < 50; times++) {
      move("race", "kept");
      move("link", "race");
      move("race.txt", "kept.txt");
      move("file-link", "race.txt");
      move("race", "link");
      move("kept", "race");
      unlinkSync(root + "/race.txt");
      symlinkSync(outside + "/secret.txt", root + "/file-link");
      move("kept.txt", "race.txt");
    }
    setImmediate(swap);
  };
  swap();
  process.stdout.write("swapping");
`;

async function whileSwapping(project: ProjectFixture, run: () => Promise<void>): Promise<void> {
  const args = ["-e", swapping, project.root, project.outside];
  const swapper = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(swapper, "exit");
  try {
    await once(swapper.stdout, "data");
    await run();
  } finally {
    swapper.stdin.end();
    const [code] = (await ended) as [number | null];
    assert.equal(code, 0, "the swapper swapped to the end");
  }
}

function aRace(t: Parameters<typeof aProject>[0]): ProjectFixture {
  const files = {
    "race/secret.txt": "inside\n",
    "race/folder/decoy.txt": "inside\n",
    "race.txt": "inside\n",
  };
  return aProject(t, files);
}

test("W7 a file or folder swapped for a link while it is read gives nothing of outside", async (t) => {
  const project = aRace(t);
  const { call, callInWorkspace } = project;
  const views: readonly (() => Promise<ToolOutput>)[] = [
    () => call("view_file", { path: "race/secret.txt" }),
    () => callInWorkspace("read_file", { path: "race.txt" }),
    () => call("view_file", { path: "race/outside-nam" }),
    () => call("list_dir", { path: "race/folder" }),
    () => callInWorkspace("list_dir", { path: "race" }),
  ];
  const searches: typeof views = [
    () => call("grep", { path: "race", pattern: "." }),
    () => call("find_files", { path: "race/folder", pattern: "**" }),
  ];
  let worked = 0;
  await whileSwapping(project, async () => {
    for (let round = 0; round < 60; round++) {
      // Searches start a process each: fewer of them keep the test short.
      const callsOfRound = round % 10 === 0 ? [...views, ...searches] : views;
      const outputs = await Promise.all(callsOfRound.map((each) => each()));
      for (const output of outputs) {
        assertNothingLeaked(output.result, project, "the race");
        if (!output.is_error) worked += 1;
      }
    }
  });
  assert.ok(worked > 0, "some calls came through, so that there was something to leak");
});

/** What lies outside, by name and content: to be what it was. */
function outsideOf(project: ProjectFixture): readonly string[] {
  const names = readdirSync(project.outside, { recursive: true, encoding: "utf8" }).toSorted();
  return [...names, readFileSync(path.join(project.outside, "secret.txt"), "utf8")];
}

test("W7 a file or folder swapped for a link while it is written changes nothing outside", async (t) => {
  const project = aRace(t);
  const { callInWorkspace } = project;
  const outside = outsideOf(project);
  mkdirSync(path.join(project.root, "other"));
  const edits = [{ search: secretText, replace: "taken" }];
  const insideEdits = [{ search: "inside", replace: "inside" }];
  let worked = 0;
  await whileSwapping(project, async () => {
    for (let round = 0; round < 60; round++) {
      const outputs = await Promise.all([
        callInWorkspace("write_file", { path: "race/planted.txt", content: "planted" }),
        callInWorkspace("write_file", { path: `race/made-${round}/planted.txt`, content: "planted" }),
        callInWorkspace("write_file", { path: "race.txt", content: "inside" }),
        callInWorkspace("edit_files", { files: [{ path: "race/secret.txt", edits }] }),
        callInWorkspace("edit_files", { files: [{ path: "race.txt", edits }] }),
        callInWorkspace("edit_files", { files: [{ path: "race.txt", edits: insideEdits }] }),
      ]);
      for (const output of outputs) {
        assertNothingLeaked(output.result, project, "the race");
        if (!output.is_error) worked += 1;
      }
    }
  });
  assert.deepEqual(outsideOf(project), outside);
  assert.ok(worked > 0, "some calls came through, so that there was something to change");
});
