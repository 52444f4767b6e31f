import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createFiles } from "../create-files.ts";
import { writeBytesMax } from "../file-limits.ts";
import { faultOf, someFiles } from "../files-fixture.ts";

test("W1 write_file makes a file with the folders that are missing, and says that it is new", async (t) => {
  const { write, text, names } = someFiles(t);
  assert.deepEqual(await write("a/b/c.txt", "héllo\r\n\0"), { path: "a/b/c.txt", bytes: 9, created: true });
  assert.equal(text("a/b/c.txt"), "héllo\r\n\0");
  assert.deepEqual(await write("a/b/c.txt", ""), { path: "a/b/c.txt", bytes: 0, created: false });
  assert.equal(text("a/b/c.txt"), "");
  assert.deepEqual(names(), ["a/b/c.txt"], "nothing else is left behind");
});

test("W1 write_file keeps the mode of a file it replaces, and gives a new one the usual mode", async (t) => {
  const { write, root, put } = someFiles(t);
  put("run.sh", "old");
  chmodSync(path.join(root, "run.sh"), 0o751);
  await write("run.sh", "new");
  assert.equal(statSync(path.join(root, "run.sh")).mode & 0o7777, 0o751);
  await write("new.txt", "x");
  assert.equal(statSync(path.join(root, "new.txt")).mode & 0o7777, 0o666 & ~process.umask());
  chmodSync(path.join(root, "run.sh"), 0o4755);
  await write("run.sh", "newer");
  assert.equal(
    statSync(path.join(root, "run.sh")).mode & 0o7777,
    0o755,
    "a changed program loses set-user-id",
  );
});

test("W1 a reader who has the old file open reads the old content to its end", async (t) => {
  const { write, root } = someFiles(t, { "a.txt": "old content" });
  const { open } = await import("node:fs/promises");
  const reader = await open(path.join(root, "a.txt"));
  await write("a.txt", "new");
  assert.equal(await reader.readFile("utf8"), "old content");
  await reader.close();
});

test("W7 write_file writes through a link to where it leads inside, and keeps the link", async (t) => {
  const { write, text, root } = someFiles(t, { "real/a.txt": "old" });
  symlinkSync("real/a.txt", path.join(root, "link"));
  symlinkSync("real/new/b.txt", path.join(root, "dangling"));
  assert.deepEqual(await write("link", "new"), { path: "real/a.txt", bytes: 3, created: false });
  assert.deepEqual(await write("dangling", "new"), { path: "real/new/b.txt", bytes: 3, created: true });
  assert.equal(text("real/new/b.txt"), "new");
  assert.equal(readlinkSync(path.join(root, "link")), "real/a.txt");
});

test("W7 write_file replaces one name of a file that has two, and leaves the other as it was", async (t) => {
  const { write, text, root, outside } = someFiles(t);
  linkSync(path.join(outside, "secret.txt"), path.join(root, "hard"));
  const { note } = await write("hard", "mine");
  assert.match(note ?? "", /those outside keep the old content/);
  assert.equal(text("hard"), "mine");
  assert.equal(readFileSync(path.join(outside, "secret.txt"), "utf8"), "secret\n");
});

test("W6 a hard link is kept: all names within the workspace have the new content, and are one file", async (t) => {
  const { write, edit, text, root, names } = someFiles(t, { "deep/er/a.txt": "old", "same.txt": "old" });
  for (const name of ["b.txt", "deep/c.txt"])
    linkSync(path.join(root, "deep/er/a.txt"), path.join(root, name));
  const inode = (name: string) => statSync(path.join(root, name)).ino;
  assert.deepEqual(await write("b.txt", "new"), { path: "b.txt", bytes: 3, created: false });
  assert.deepEqual(["deep/er/a.txt", "deep/c.txt", "same.txt"].map(text), ["new", "new", "old"]);
  const edits = [{ search: "new", replace: "edited" }];
  const { files } = await edit({ path: "deep/c.txt", edits });
  assert.deepEqual(files, [{ path: "deep/c.txt", replacements: 1, bytes: 6 }]);
  assert.deepEqual(["b.txt", "deep/er/a.txt"].map(text), ["edited", "edited"]);
  assert.equal(new Set(["b.txt", "deep/c.txt", "deep/er/a.txt"].map(inode)).size, 1);
  assert.deepEqual(names(), ["b.txt", "deep/c.txt", "deep/er/a.txt", "same.txt"], "nothing is left behind");
});

test("W1 write_file refuses what is no file, and changes nothing", async (t) => {
  const { write, root, names } = someFiles(t, { "folder/a.txt": "x" });
  execFileSync("/bin/sh", ["-c", 'mkfifo "$0"', path.join(root, "pipe")]);
  const cases: readonly [asked: string, fault: RegExp][] = [
    ["folder", /^not_a_file: "folder" is a folder/],
    [".", /^not_a_file: "\." is a folder/],
    ["new/", /^not_a_file: "new\/" names a folder/],
    ["new/.", /^not_a_file: "new\/\." names a folder/],
    ["pipe", /^not_a_file: "pipe" is not a regular file/],
    ["folder/a.txt/b.txt", /^not_a_folder: "folder\/a\.txt" is not a folder/],
    ["missing/../b.txt", /^not_found: "missing\/\.\.\/b\.txt" does not exist/],
    ["missing/..", /^not_found/],
    ["../b.txt", /^outside_workspace/],
    ["a\0b", /^bad_request/],
    [`${"n".repeat(300)}/x`, /^bad_request: The path is too long/],
    ["n".repeat(300), /^bad_request: The path is too long/],
  ];
  for (const [asked, fault] of cases) assert.match(await faultOf(write(asked, "x")), fault);
  assert.deepEqual(names(), ["folder/a.txt", "pipe"]);
  assert.equal(lstatSync(path.join(root, "pipe")).isFIFO(), true);
});

test("W1 write_file refuses more than it can hold", async (t) => {
  const { write, names } = someFiles(t);
  assert.match(await faultOf(write("a", "x".repeat(writeBytesMax + 1))), /^file_too_large/);
  assert.deepEqual(names(), []);
});

test("W1 a write that the file system does not take is an error without its path", async (t) => {
  const { signal } = someFiles(t);
  const unwritable = createFiles({ root: "/proc", rgPath: "rg" });
  const fault = await faultOf(unwritable.writeFile({ key: "k", path: "planted", content: "x" }, signal));
  assert.match(fault, /^(not_found|permission_denied|bad_request|io_error): /);
  assert.doesNotMatch(fault, /\/proc/);
});

test("I2 a write that was interrupted before it began changes nothing", async (t) => {
  const { files, text } = someFiles(t, { "a.txt": "old" });
  const interrupted = AbortSignal.abort();
  const write = files.writeFile({ key: "k", path: "a.txt", content: "new" }, interrupted);
  await assert.rejects(write, { name: "AbortError" });
  assert.equal(text("a.txt"), "old");
});

test("W6 edits and writes asked for side by side are made one after the other, and none is lost", async (t) => {
  const { edit, write, text } = someFiles(t, { "a.txt": "end\n" });
  const numbers = Array.from({ length: 30 }, (_, at) => at);
  const append = (n: number) => edit({ path: "a.txt", edits: [{ search: "end", replace: `${n}\nend` }] });
  await Promise.all(numbers.map((n) => (n % 3 === 0 ? write(`b${n}`, "x") : append(n))));
  const appended = numbers.filter((n) => n % 3 !== 0);
  assert.equal(text("a.txt"), [...appended, "end", ""].join("\n"));
});

test("W1 a read-only file is not written over, though its folder would allow it", async (t) => {
  const { write, edit, text, put, root, names } = someFiles(t);
  put("a.txt", "kept");
  chmodSync(path.join(root, "a.txt"), 0o444);
  await asNobody(root, async () => {
    const edits = [{ search: "kept", replace: "lost" }];
    const fault = /^permission_denied: "a\.txt" is read-only\. Change its mode/;
    assert.match(await faultOf(write("a.txt", "lost")), fault);
    assert.match(await faultOf(edit({ path: "a.txt", edits })), fault);
    assert.match(await faultOf(write("locked/b.txt", "x")), /^permission_denied: Permission denied/);
  });
  assert.equal(text("a.txt"), "kept");
  assert.deepEqual(names(), ["a.txt"]);
});

/** Runs as a user without rights of its own in a folder that is theirs, but for `locked`. Root may do anything. */
async function asNobody(root: string, run: () => Promise<void>): Promise<void> {
  const nobody = 65_534;
  mkdirSync(path.join(root, "locked"), { mode: 0o555 });
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) {
    chmodSync(path.dirname(root), 0o755);
    chownSync(root, nobody, nobody);
    chownSync(path.join(root, "a.txt"), nobody, nobody);
    process.seteuid?.(nobody);
  }
  try {
    await run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test("W1 a file that is gone between two writes is new again", async (t) => {
  const { write, root } = someFiles(t, { "a.txt": "old" });
  unlinkSync(path.join(root, "a.txt"));
  mkdirSync(path.join(root, "b"));
  assert.equal((await write("a.txt", "x")).created, true);
});

test("C6 W7 where links are refused nothing is written or edited through one, be it a folder, the file or one that leads nowhere", async (t) => {
  const { files, signal, names, root, text } = someFiles(t, { "src/a.md": "old", "plans/own.md": "old" });
  symlinkSync("src", path.join(root, "linked"));
  symlinkSync("../src/a.md", path.join(root, "plans/a.md"));
  symlinkSync("../src/new.md", path.join(root, "plans/new.md"));
  const before = names();
  const edits = [{ search: "old", replace: "new" }];
  for (const asked of ["linked/a.md", "plans/a.md", "plans/new.md", "linked/more/b.md"]) {
    const terms = { key: "call-1", refuse_links: true } as const;
    const written = files.writeFile({ ...terms, path: asked, content: "new" }, signal);
    assert.match(await faultOf(written), /^bad_request: .* leads through the link/, asked);
    const edited = files.editFiles({ ...terms, files: [{ path: asked, edits }] }, signal);
    assert.match(await faultOf(edited), /^bad_request: .* leads through the link/, asked);
  }
  assert.deepEqual([names(), text("src/a.md")], [before, "old"]);
  const own = { key: "call-2", refuse_links: true, files: [{ path: "plans/own.md", edits }] } as const;
  await files.editFiles(own, signal);
  await files.writeFile({ key: "call-3", refuse_links: true, path: "plans/deep/b.md", content: "x" }, signal);
  assert.deepEqual([text("plans/own.md"), text("plans/deep/b.md")], ["new", "x"]);
});
