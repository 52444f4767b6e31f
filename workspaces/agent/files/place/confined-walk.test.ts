import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { faultOf, someFiles } from "../files-fixture.ts";
import { withFound } from "./confined-walk.ts";
import { openFile, openFolder } from "./open-file.ts";
import { isInside, pathIn, type Root } from "./root.ts";

const rootAt = (at: string): Root => ({ path: at, placeName: "workspace" });

test("W7 a folder whose name begins like the root's is outside", () => {
  assert.equal(isInside("/a/b", "/a/b"), true);
  assert.equal(isInside("/a/b/..c", "/a/b"), true);
  assert.equal(isInside("/a/bc", "/a/b"), false);
  assert.equal(isInside("/a", "/a/b"), false);
  assert.equal(isInside("/anything", "/"), true);
});

test("W7 links inside the root are followed to where they lead, as a shell would", async (t) => {
  const { root } = someFiles(t, { "real/deep/a.txt": "x", "real/b.txt": "x" });
  symlinkSync("real", path.join(root, "relative"));
  symlinkSync(path.join(root, "real"), path.join(root, "absolute"));
  symlinkSync("../../relative/deep/a.txt", path.join(root, "real/deep/loop-back"));
  symlinkSync("real/deep", path.join(root, "deep"));
  const cases = {
    "relative/deep/a.txt": "real/deep/a.txt",
    "absolute/deep/a.txt": "real/deep/a.txt",
    "absolute/deep/loop-back": "real/deep/a.txt",
    // `..` is the folder above where the link leads, not above the link.
    "deep/../b.txt": "real/b.txt",
    "deep/..": "real",
    "deep/../..": ".",
    "./real//./b.txt/": "real/b.txt",
    [`${root}/real/../real/b.txt`]: "real/b.txt",
    [`/${root}//real`]: "real",
    [root]: ".",
  };
  for (const [asked, expected] of Object.entries(cases)) {
    const relative = await withFound(rootAt(root), asked, (place) => Promise.resolve(place.relative));
    assert.equal(relative, expected, asked);
  }
});

test("W7 an open folder stays the same folder though its name leads elsewhere now", async (t) => {
  const { root, outside } = someFiles(t, { "folder/a.txt": "inside" });
  await withFound(rootAt(root), "folder/a.txt", async (place) => {
    renameSync(path.join(root, "folder"), path.join(root, "kept"));
    symlinkSync(outside, path.join(root, "folder"));
    writeFileSync(path.join(outside, "a.txt"), "outside");
    const { handle } = await openFile(place);
    assert.equal(await handle.readFile("utf8"), "inside");
    await handle.close();
  });
});

test("W7 what took a name's place between the look and the open is refused", async (t) => {
  const { root, outside } = someFiles(t, { "file.txt": "x", "folder/x": "", "turned/x": "" });
  const take = (name: string, target: string) => {
    rmSync(path.join(root, name), { recursive: true });
    symlinkSync(path.join(outside, target), path.join(root, name));
  };
  await withFound(rootAt(root), "file.txt", async (place) => {
    take("file.txt", "secret.txt");
    assert.match(await faultOf(openFile(place)), /^io_error: "file.txt" was replaced/);
  });
  await withFound(rootAt(root), "folder", async (place) => {
    take("folder", "");
    assert.match(await faultOf(openFolder(place)), /^io_error: "folder" was replaced/);
  });
  writeFileSync(path.join(root, "turned.txt"), "x");
  await withFound(rootAt(root), "turned.txt", async (place) => {
    rmSync(path.join(root, "turned.txt"));
    mkdirSync(path.join(root, "turned.txt"));
    assert.match(await faultOf(openFile(place)), /^not_a_file: "turned.txt" is a folder/);
  });
});

test("W7 a folder that was moved out of the root while it was open is not read", async (t) => {
  const { root, outside } = someFiles(t, { "folder/a.txt": "x" });
  await withFound(rootAt(root), "folder/a.txt", async (place) => {
    renameSync(path.join(root, "folder"), path.join(outside, "folder"));
    assert.match(await faultOf(openFile(place)), /^outside_workspace/);
  });
});

test("W7 a root that is gone, or a link now, is said to be so", async (t) => {
  const { root, outside, files, signal } = someFiles(t, { "a.txt": "x" });
  rmSync(root, { recursive: true });
  assert.equal(await faultOf(files.listDir({}, signal)), "not_found: The workspace does not exist any more.");
  symlinkSync(outside, root);
  const replaced = "outside_workspace: The workspace was replaced by a link.";
  assert.equal(await faultOf(files.readLines({ path: "secret.txt" }, signal)), replaced);
  const below = rootAt(path.join(root, "folder"));
  mkdirSync(path.join(outside, "folder"));
  const found = withFound(below, "x", () => Promise.resolve(0));
  assert.equal(await faultOf(found), replaced);
});

test("W7 a folder's descriptor reaches its names", async (t) => {
  const { root } = someFiles(t, { "folder/a.txt": "x" });
  await withFound(rootAt(root), "folder/a.txt", ({ folder, name }) => {
    assert.match(String(pathIn(folder, name)), /^\/proc\/self\/fd\/\d+\/a\.txt$/);
    return Promise.resolve();
  });
});

test("W7 a path that goes up and down without end is too long, not a stall", async (t) => {
  const { files, signal } = someFiles(t, { "d/d/d/d/d/d/d/d/d/d/d/d/a.txt": "x" });
  const upAndDown = `${"d/".repeat(12)}${"../d/".repeat(800)}a.txt`;
  assert.match(
    await faultOf(files.readLines({ path: upAndDown }, signal)),
    /^bad_request: The path is too long/,
  );
});

test("W7 no descriptor is left open, however a path ends", async (t) => {
  const { root, files, signal, write, edit, outside } = someFiles(t, { "a/b/c.txt": "x", d: "x" });
  symlinkSync(outside, path.join(root, "out"));
  const { readdirSync } = await import("node:fs");
  const open = () => readdirSync("/proc/self/fd").length;
  const asked = ["a/b/c.txt", "a/../a/b", "missing/x", "d/x", "out/secret.txt", "..", "a/b/c.txt/../x"];
  const calls = async (): Promise<void> => {
    for (const name of asked) {
      await files.readLines({ path: name }, signal).catch(() => null);
      await files.listDir({ path: name }, signal).catch(() => null);
      await files.stat({ path: name }, signal).catch(() => null);
      await edit({ path: name, edits: [{ search: "y", replace: "z" }] }).catch(() => null);
      await write(`${name}/..`, "x").catch(() => null);
      await write(`made/and/made/${"n".repeat(300)}/x`, "x").catch(() => null);
      await write("made/and/made/x", "x");
    }
  };
  await calls();
  const before = open();
  await calls();
  assert.equal(open(), before);
});
