// W7 for every file tool: whatever path is asked for, nothing outside comes back, nothing outside changes, no host path is named.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../core/part/part.ts";
import { anArchive } from "../../tools/files/archive-fixture.ts";
import {
  aProject,
  assertNothingLeaked,
  type ProjectFixture,
  secretText,
} from "../../tools/files/files-fixture.ts";
import { projectFiles } from "../../tools/files/project-files.ts";

interface Trick {
  readonly name: string;
  path(project: ProjectFixture, context: TestContext): string | Promise<string>;
  /** The path is an odd but honest name of something new in the workspace: it may be written. */
  readonly isHonestName?: boolean;
}

const at = (name: string, asked: string): Trick => ({ name, path: () => asked });
const honest = (name: string, asked: string): Trick => ({ name, path: () => asked, isHonestName: true });

const link = (name: string, target: (project: ProjectFixture) => string, below = ""): Trick => ({
  name,
  path(project) {
    symlinkSync(target(project), path.join(project.root, "link"));
    return `link${below}`;
  },
});

const tricks: readonly Trick[] = [
  at("the folder above", ".."),
  at("a neighbour by ..", "../project-neighbour/secret.txt"),
  at("a neighbour whose name begins like the project's", "../project-neighbour"),
  at(".. after a folder", "sub/../../project-neighbour/secret.txt"),
  at(".. after a missing folder", "missing/../../project-neighbour/secret.txt"),
  at(".. after a file", "sub/a.txt/../../../project-neighbour/secret.txt"),
  at(".. at the end", "sub/../.."),
  at(".. with doubled slashes", "sub//..//..//project-neighbour//secret.txt"),
  at("many ..", `${"../".repeat(40)}etc/passwd`),
  at(".. between dots", "./sub/./../../project-neighbour/."),
  at(".. and a slash at the end", "../project-neighbour/"),
  at("out and in again", "../project/../project-neighbour/secret.txt"),
  honest("percent-encoded ..", "%2e%2e/project-neighbour/secret.txt"),
  honest("percent-encoded slashes", "..%2fproject-neighbour%2fsecret.txt"),
  honest("double encoding", "%252e%252e%252fproject-neighbour"),
  honest("backslashes", "..\\project-neighbour\\secret.txt"),
  honest("full-width dots", "\uff0e\uff0e/project-neighbour/secret.txt"),
  honest("dots of one-dot leaders", "\u2024\u2024/project-neighbour/secret.txt"),
  honest("division slashes", "..\u2215project-neighbour\u2215secret.txt"),
  honest("overlong UTF-8 as characters", "\u00c0\u00ae\u00c0\u00ae/project-neighbour"),
  honest("dots with a joiner", ".\u200d./project-neighbour/secret.txt"),
  honest("three dots", ".../project-neighbour/secret.txt"),
  honest("a dot and a blank", ".. /project-neighbour/secret.txt"),
  honest("a name with a dot at its end", "sub./a.txt."),
  honest("blanks around ..", " .. /project-neighbour"),
  at("an absolute path", "/etc/passwd"),
  at("the root of the file system", "/"),
  at("an absolute path by //", "//etc/passwd"),
  honest("a file URL", "file:///etc/passwd"),
  honest("the home folder", "~/.profile"),
  honest("a variable", "$HOME"),
  at("/proc/self/root", "/proc/self/root/etc/passwd"),
  at("/proc/self/cwd", "/proc/self/cwd"),
  at("/proc/self/environ", "/proc/self/environ"),
  at("/dev/stdin", "/dev/stdin"),
  at("NUL inside", "sub/a.txt\0/../../../etc/passwd"),
  at("NUL at the end", "../project-neighbour/secret.txt\0.txt"),
  at("a newline and ..", "sub\n/../../project-neighbour"),
  honest("a newline in the name", "sub\n..project-neighbour"),
  at("a very long name", "n".repeat(4_000)),
  at("a path longer than any", "../".repeat(2_000)),
  at("down and up for long", "sub/../".repeat(40)),
  honest("an option", "--follow"),
  honest("an option with a value", "--pre=cat"),
  at("an ignore file", "--ignore-file=/../../project-neighbour/secret.txt"),
  honest("a dash", "-"),
  { name: "an absolute path to the neighbour", path: (project) => path.join(project.outside, "secret.txt") },
  { name: "the project's path and ..", path: (project) => `${project.root}/../project-neighbour/secret.txt` },
  {
    name: "the project's path by /proc/self/root",
    path: (project) => `/proc/self/root${project.outside}/secret.txt`,
  },
  link("a link to a file outside", (project) => path.join(project.outside, "secret.txt")),
  link("a link to a folder outside", (project) => project.outside),
  link("a path below a link outside", (project) => project.outside, "/folder/inner.txt"),
  link("a new name below a link outside", (project) => project.outside, "/planted.txt"),
  link("new folders below a link outside", (project) => project.outside, "/made/for/planted.txt"),
  link("a relative link outside", () => "../project-neighbour/secret.txt"),
  link("a link out and in again", () => "../project/../project-neighbour", "/secret.txt"),
  link("a link to a missing file outside", (project) => path.join(project.outside, "planted.txt")),
  link("a link to /proc/self/root", () => "/proc/self/root", "/etc/passwd"),
  link("a link to /proc/self/cwd", () => "/proc/self/cwd", "/package.json"),
  link("a link to /proc/self/fd", () => "/proc/self/fd", "/0"),
  link("a link to the root of the file system", () => "/"),
  link("a link to the folder above", () => ".."),
  link("a link to itself", () => "link"),
  link(".. after a link in the project", () => "sub", "/../../project-neighbour/secret.txt"),
  link(".. after a link to a deep folder", () => "sub/deep", "/../../../project-neighbour/secret.txt"),
  link("/dev/zero by a link", () => "/dev/zero"),
  link("/dev/null by a link", () => "/dev/null"),
  {
    name: "a chain of links outside",
    path(project) {
      symlinkSync("second", path.join(project.root, "first"));
      symlinkSync("sub/third", path.join(project.root, "second"));
      symlinkSync("../../project-neighbour", path.join(project.root, "sub/third"));
      return "first/secret.txt";
    },
  },
  {
    name: "two links in a circle",
    path(project) {
      symlinkSync("second", path.join(project.root, "first"));
      symlinkSync("first", path.join(project.root, "second"));
      return "first/secret.txt";
    },
  },
  {
    name: "a link below a folder of links",
    path(project) {
      symlinkSync("../..", path.join(project.root, "sub/up"));
      return "sub/up/project-neighbour/secret.txt";
    },
  },
  {
    name: "a named pipe",
    path(project) {
      execFileSync("/bin/sh", ["-c", 'mkfifo "$0"', path.join(project.root, "pipe")]);
      return "pipe";
    },
  },
  {
    name: "a socket",
    async path(project, context) {
      const server = createServer();
      context.after(() => server.close());
      await new Promise<void>((resolve) => server.listen(path.join(project.root, "socket"), resolve));
      return "socket";
    },
  },
];

/** Tools of a chat bound to a project folder, and those of a chat with a workspace. */
const views: readonly { readonly tool: string; args: (asked: string) => JsonObject }[] = [
  { tool: "view_file", args: (asked) => ({ path: asked }) },
  { tool: "list_dir", args: (asked) => ({ path: asked }) },
  { tool: "grep", args: (asked) => ({ path: asked, pattern: "." }) },
  { tool: "find_files", args: (asked) => ({ path: asked, pattern: "**" }) },
];
const readFile = { tool: "read_file", args: (asked: string): JsonObject => ({ path: asked }) };
const changes: typeof views = [
  {
    tool: "edit_files",
    args: (asked) => ({ files: [{ path: asked, edits: [{ search: secretText, replace: "taken" }] }] }),
  },
  { tool: "write_file", args: (asked) => ({ path: asked, content: "planted" }) },
];

function aProjectToEscape(t: TestContext): ProjectFixture {
  return aProject(t, { "sub/a.txt": "inside\n", "sub/deep/b.txt": "inside\n" });
}

/** Names, types, modes and contents of all that lies beside the project. */
function picture(folder: string, without: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (file === without) return [];
    const { mode, ino } = lstatSync(file);
    const own = [file, mode, ino, entry.isFile() ? readFileSync(file, "utf8") : ""].join(" ");
    return entry.isDirectory() ? [own, ...picture(file, without)] : [own];
  });
}

function outsideOf(project: ProjectFixture): readonly string[] {
  return picture(path.dirname(project.root), project.root);
}

test("W7 there are at least 40 tricks", () => {
  assert.ok(new Set(tricks.map(({ name }) => name)).size >= 40);
});

for (const trick of tricks) {
  test(`W7 no tool leaves the project by ${trick.name}`, async (t) => {
    const project = aProjectToEscape(t);
    const asked = await trick.path(project, t);
    const outside = outsideOf(project);
    const isUpAndDown = trick.name === "down and up for long";
    for (const { tool, args } of [...views, readFile]) {
      const calls =
        tool === "read_file" ? [project.callInWorkspace] : [project.call, project.callInWorkspace];
      for (const call of calls) {
        const output = await call(tool, args(asked));
        assert.equal(output.is_error || isUpAndDown, true, `${tool}: ${JSON.stringify(output)}`);
        assertNothingLeaked(output.result, project, trick.name);
      }
    }
    for (const { tool, args } of changes) {
      const output = await project.callInWorkspace(tool, args(asked));
      const mayWork = trick.isHonestName === true && tool === "write_file";
      if (!mayWork) assert.equal(output.is_error, true, `${tool}: ${JSON.stringify(output)}`);
      assertNothingLeaked(output.result, project, trick.name);
    }
    assert.deepEqual(outsideOf(project), outside);
    if (trick.isHonestName !== true) assert.equal(existsSync(path.join(project.root, "missing")), false);
  });
}

test("W7 patterns and globs cannot leave the project either", async (t) => {
  const project = aProjectToEscape(t);
  symlinkSync(project.outside, path.join(project.root, "out"));
  for (const glob of [
    "../**",
    "../../**/*",
    `${project.outside}/**`,
    "out/**",
    "/etc/*",
    "**/../**",
    "--files",
    "{..,out}/*",
  ]) {
    const found = await project.call("find_files", { pattern: glob });
    assertNothingLeaked(found.result, project, `the glob ${glob}`);
    const matched = await project.call("grep", { pattern: "outside", glob });
    assertNothingLeaked(matched.result, project, `the glob ${glob}`);
  }
  for (const pattern of ["--follow", "-f/etc/passwd", "--pre=cat", "--no-ignore", "-uuu"]) {
    assert.deepEqual((await project.call("grep", { pattern })).result, { matches: [], truncated: false });
  }
  for (const args of [{ pattern: "a\0b" }, { pattern: "a", glob: "a\0b" }]) {
    assert.equal((await project.call("grep", args)).is_error, true);
  }
});

test("W7 a link that leaves the project says the same whether its target exists or not", async (t) => {
  const project = aProjectToEscape(t);
  symlinkSync(path.join(project.outside, "secret.txt"), path.join(project.root, "there"));
  symlinkSync(path.join(project.outside, "missing.txt"), path.join(project.root, "gone"));
  for (const { tool, args } of [...views, readFile, ...changes]) {
    const there = await project.callInWorkspace(tool, args("there"));
    const gone = await project.callInWorkspace(tool, args("gone"));
    assert.deepEqual(JSON.stringify(there).replaceAll("there", "gone"), JSON.stringify(gone));
  }
});

test("W7 a hard link can be read, for whoever made it could read the other one, but never written through", async (t) => {
  const project = aProjectToEscape(t);
  const secret = path.join(project.outside, "secret.txt");
  linkSync(secret, path.join(project.root, "hard"));
  linkSync(secret, path.join(project.root, "hard-too"));
  const outside = outsideOf(project);
  assert.equal((await project.callInWorkspace("read_file", { path: "hard" })).is_error, false);
  const written = await project.callInWorkspace("write_file", { path: "hard", content: "mine" });
  const note =
    "The file has other names (hard links), not all of them in the workspace: those outside keep the old content.";
  assert.deepEqual(written.result, { path: "hard", bytes: 4, created: false, note });
  const edits = [{ search: secretText, replace: "mine" }];
  const edited = await project.callInWorkspace("edit_files", { files: [{ path: "hard-too", edits }] });
  assert.equal(edited.is_error, false, JSON.stringify(edited));
  assert.equal(readFileSync(path.join(project.root, "hard-too"), "utf8"), "mine\n");
  assert.deepEqual(outsideOf(project), outside);
});

test("W7 a project folder replaced by a link afterwards is refused", async (t) => {
  const project = aProjectToEscape(t);
  const swapped = path.join(project.root, "sub-link");
  symlinkSync(project.outside, swapped);
  for (const { tool, args } of views) {
    const output = await project.call(tool, args("secret.txt"), { projectFiles: projectFiles(swapped) });
    assert.deepEqual(output.result, { error: "The project folder was replaced by a link." });
  }
});

test("W7 what an archive of tricks leaves in the workspace leads no tool out of it", async (t) => {
  const project = aProjectToEscape(t);
  const { outside, root } = project;
  mkdirSync(path.join(root, "unpacked"));
  const archive = anArchive([
    { name: "../planted-above.txt", content: "planted" },
    { name: "../../project-neighbour/secret.txt", content: "planted" },
    { name: path.join(outside, "planted-absolute.txt"), content: "planted" },
    { name: "absolute", linkTo: outside },
    { name: "relative", linkTo: "../../project-neighbour" },
    { name: "relative/planted-through.txt", content: "planted" },
    { name: "file", linkTo: path.join(outside, "secret.txt") },
    { name: "hard", hardLinkTo: "../../project-neighbour/secret.txt" },
    { name: "hard-by-link", hardLinkTo: "absolute/secret.txt" },
    { name: "chain", linkTo: "relative/folder" },
    { name: "honest.txt", content: "honest" },
  ]);
  const outsideBefore = outsideOf(project);
  // tar has defences of its own and says so by its code; what they let through is what counts.
  const unpack = ["-xf", "-", "-C", path.join(root, "unpacked")];
  try {
    execFileSync("tar", unpack, { input: archive, stdio: ["pipe", "ignore", "ignore"] });
  } catch (error) {
    assert.equal((error as { status: unknown }).status, 2);
  }
  assert.deepEqual(outsideOf(project), outsideBefore, "tar kept its entries below the folder");
  assert.equal(readFileSync(path.join(root, "unpacked/honest.txt"), "utf8"), "honest");
  const names = ["absolute", "relative", "file", "chain", "hard", "hard-by-link"];
  const below = ["", "/secret.txt", "/inner.txt", "/../secret.txt", "/planted.txt", "/folder/inner.txt"];
  for (const asked of names.flatMap((name) => below.map((rest) => `unpacked/${name}${rest}`))) {
    for (const { tool, args } of [readFile, ...views, ...changes]) {
      const isSearch = tool === "grep" || tool === "find_files";
      // A search is a process each, and takes the same way as the others to where it starts.
      if (isSearch && !asked.endsWith("/secret.txt")) continue;
      assertNothingLeaked((await project.callInWorkspace(tool, args(asked))).result, project, asked);
    }
  }
  assert.deepEqual(outsideOf(project), outsideBefore);
});
