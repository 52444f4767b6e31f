// W7 against a folder that is swapped for a link outside while tools read below it.
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { aProject, assertNothingLeaked, type ProjectFixture } from "./project-fixture.ts";
import type { ToolOutput } from "./tool.ts";

/** Swaps race/ between the folder itself and a link to the neighbour, as fast as the disk goes, until stopped. */
async function startSwapping(project: ProjectFixture): Promise<() => Promise<void>> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const swapper = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     const { renameSync, symlinkSync } = require("node:fs");
     const { root, outside, stop } = workerData;
     symlinkSync(outside, root + "/link");
     parentPort.postMessage("swapping");
     while (Atomics.load(stop, 0) === 0) {
       renameSync(root + "/race", root + "/kept");
       renameSync(root + "/link", root + "/race");
       renameSync(root + "/race", root + "/link");
       renameSync(root + "/kept", root + "/race");
     }`,
    { eval: true, workerData: { root: project.root, outside: project.outside, stop } },
  );
  const ended = new Promise<void>((resolve) => swapper.once("exit", () => resolve()));
  await new Promise((resolve) => swapper.once("message", resolve));
  return async () => {
    Atomics.store(stop, 0, 1);
    await ended;
  };
}

test("W7 a file or folder swapped for a link while it is read gives nothing of outside", async (t) => {
  const project = aProject(t);
  for (const name of ["race/secret.txt", "race/folder/decoy.txt"]) project.write(name, "inside\n");
  const views: readonly (() => Promise<ToolOutput>)[] = [
    () => project.call("view_file", { path: "race/secret.txt" }),
    () => project.call("view_file", { path: "race/outside-nam" }),
    () => project.call("list_dir", { path: "race/folder" }),
  ];
  const searches: typeof views = [
    () => project.call("grep", { path: "race", pattern: "." }),
    () => project.call("find_files", { path: "race/folder", pattern: "**" }),
  ];
  const stopSwapping = await startSwapping(project);
  try {
    for (let round = 0; round < 60; round++) {
      // Searches start a process each: fewer of them keep the test short.
      const callsOfRound = round % 6 === 0 ? [...views, ...searches] : views;
      const outputs = await Promise.all(callsOfRound.map((call) => call()));
      for (const output of outputs) assertNothingLeaked(output.result, project, "the race");
    }
  } finally {
    await stopSwapping();
  }
});
