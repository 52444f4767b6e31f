import assert from "node:assert/strict";
import { lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { type FilesFixture, faultOf, someFiles } from "../files-fixture.ts";
import { findPlace, isFound } from "../place/confined-walk.ts";
import { commitAll, type StagedReplacement, stageAll } from "./replace-files.ts";

const contents = { "a.txt": "a before", "b.txt": "b before", "c.txt": "c before" };

/** Three files, each with new content staged beside it. */
async function stagedFiles(
  t: TestContext,
): Promise<{ fixture: FilesFixture; staged: readonly StagedReplacement[] }> {
  const fixture = someFiles(t, contents);
  const replacements = [];
  for (const name of Object.keys(contents)) {
    const root = { path: fixture.root, placeName: "workspace" };
    const target = await findPlace(root, name);
    assert(isFound(target));
    t.after(() => target.folder.handle.close());
    const read = lstatSync(path.join(fixture.root, name), { bigint: true });
    const [before, after] = [Buffer.from(fixture.text(name)), Buffer.from(`${name} after`)];
    replacements.push({ target, read, before, after });
  }
  return { fixture, staged: await stageAll(replacements) };
}

function textsOf(fixture: FilesFixture): readonly string[] {
  return fixture.names().map(fixture.text);
}

test("W6 staged files come to be all together, and leave nothing beside them", async (t) => {
  const { fixture, staged } = await stagedFiles(t);
  assert.equal(fixture.text("a.txt"), "a before", "staging changes no file");
  await commitAll(staged, fixture.signal);
  assert.deepEqual(textsOf(fixture), ["a.txt after", "b.txt after", "c.txt after"]);
  assert.deepEqual(fixture.names(), Object.keys(contents));
});

test("W6 a file changed by something else since it was read: no file is edited", async (t) => {
  const { fixture, staged } = await stagedFiles(t);
  writeFileSync(path.join(fixture.root, "c.txt"), "c by another");
  assert.match(
    await faultOf(commitAll(staged, fixture.signal)),
    /^io_error: "c\.txt" was changed by something else/,
  );
  assert.deepEqual(textsOf(fixture), ["a before", "b before", "c by another"]);
  assert.deepEqual(fixture.names(), Object.keys(contents));
});

test("W6 a file that cannot be put in its place: those before it get their content back", async (t) => {
  const { fixture, staged } = await stagedFiles(t);
  // What is staged for the last file is gone, so that its rename fails after those of the others have been done.
  const last = staged.at(-1);
  rmSync(path.join(fixture.root, last?.staged.stagedName ?? ""));
  const failing = await commitAll(staged, fixture.signal).then(
    () => null,
    (error: unknown) => error,
  );
  assert.equal((failing as { code?: unknown } | null)?.code, "ENOENT");
  assert.deepEqual(textsOf(fixture), Object.values(contents));
  assert.deepEqual(fixture.names(), Object.keys(contents));
});

test("W6 a folder that took a file's place is not overwritten, and the others are as before", async (t) => {
  const { fixture, staged } = await stagedFiles(t);
  rmSync(path.join(fixture.root, "b.txt"));
  mkdirSync(path.join(fixture.root, "b.txt"));
  assert.match(await faultOf(commitAll(staged, fixture.signal)), /^io_error: "b\.txt" was changed/);
  assert.deepEqual(fixture.names(), ["a.txt", "c.txt"]);
  assert.deepEqual(textsOf(fixture), ["a before", "c before"]);
});

test("I2 an interrupt while files are put in place undoes those that were", async (t) => {
  const { fixture, staged } = await stagedFiles(t);
  const interrupt = new AbortController();
  // The signal is asked before each file: here it is aborted once the first has been put in place.
  const watched = new Proxy(interrupt.signal, {
    get(signal, name) {
      if (name === "throwIfAborted" && fixture.text("a.txt") === "a.txt after") interrupt.abort();
      const value: unknown = Reflect.get(signal, name, signal);
      return typeof value === "function" ? value.bind(signal) : value;
    },
  });
  await assert.rejects(commitAll(staged, watched), { name: "AbortError" });
  assert.deepEqual(textsOf(fixture), Object.values(contents));
});

test("W6 a file that cannot be staged: nothing is left beside the others", async (t) => {
  const fixture = someFiles(t, contents);
  const root = { path: fixture.root, placeName: "workspace" };
  const target = await findPlace(root, "a.txt");
  assert(isFound(target));
  t.after(() => target.folder.handle.close());
  const read = lstatSync(path.join(fixture.root, "a.txt"), { bigint: true });
  const content = { before: Buffer.from("a before"), after: Buffer.from("x") };
  const good = { target, read, ...content };
  rmSync(path.join(fixture.root, "b.txt"));
  mkdirSync(path.join(fixture.root, "b.txt"));
  const bad = { ...good, target: { ...target, name: "b.txt", relative: "b.txt" } };
  assert.match(await faultOf(stageAll([good, bad])), /^io_error: "b\.txt" was replaced/);
  assert.deepEqual(fixture.names(), ["a.txt", "c.txt"]);
});
