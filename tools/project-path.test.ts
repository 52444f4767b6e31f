import assert from "node:assert/strict";
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { aProject } from "./project-fixture.ts";
import { checkOpened, isInside, openProjectFile, openProjectFolder, resolveInside } from "./project-path.ts";

test("W7 a folder whose name begins like the root's is outside", () => {
  assert.equal(isInside("/a/b", "/a/b"), true);
  assert.equal(isInside("/a/b/..c", "/a/b"), true);
  assert.equal(isInside("/a/bc", "/a/b"), false);
  assert.equal(isInside("/a", "/a/b"), false);
  assert.equal(isInside("/anything", "/"), true);
});

test("W7 links inside the project are followed to where they lead", async (t) => {
  const project = aProject(t, { "real/a.txt": "x" });
  symlinkSync("real", path.join(project.root, "relative"));
  symlinkSync(path.join(project.root, "real"), path.join(project.root, "absolute"));
  symlinkSync("../relative/a.txt", path.join(project.root, "real/loop-back"));
  for (const asked of ["relative/a.txt", "absolute/a.txt", "absolute/loop-back"]) {
    assert.equal((await resolveInside(project.root, asked)).relative, "real/a.txt");
  }
});

test("W7 an opened file is judged by where it lies, not by the name it was opened under", async (t) => {
  const project = aProject(t, { "a.txt": "x" });
  const target = await resolveInside(project.root, "a.txt");
  const handle = await open(path.join(project.outside, "secret.txt"));
  t.after(() => handle.close());
  await assert.rejects(checkOpened(handle, project.root, target), /leads out of the project/);
});

test("W7 what took a name's place between resolution and open is refused", async (t) => {
  const project = aProject(t, { "file.txt": "x", "folder/secret.txt": "x", "other/x": "" });
  const file = await resolveInside(project.root, "file.txt");
  const inner = await resolveInside(project.root, "folder/secret.txt");
  const folder = await resolveInside(project.root, "other");
  renameSync(path.join(project.root, "file.txt"), path.join(project.root, "kept"));
  symlinkSync(path.join(project.outside, "secret.txt"), path.join(project.root, "file.txt"));
  renameSync(path.join(project.root, "folder"), path.join(project.root, "kept-folder"));
  symlinkSync(project.outside, path.join(project.root, "folder"));
  renameSync(path.join(project.root, "other"), path.join(project.root, "kept-other"));
  symlinkSync(project.outside, path.join(project.root, "other"));
  await assert.rejects(openProjectFile(project.root, file), /leads out of the project/);
  await assert.rejects(openProjectFile(project.root, inner), /leads out of the project/);
  await assert.rejects(openProjectFolder(project.root, folder), /leads out of the project/);
});

test("W7 a folder that took a file's place is no file", async (t) => {
  const project = aProject(t, { "a.txt": "x" });
  const target = await resolveInside(project.root, "a.txt");
  renameSync(path.join(project.root, "a.txt"), path.join(project.root, "kept"));
  mkdirSync(path.join(project.root, "a.txt"));
  await assert.rejects(openProjectFile(project.root, target), /not a regular file/);
});
