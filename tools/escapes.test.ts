// W7 for all four tools: whatever path is asked for, nothing outside the project comes back and no host path is named.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, symlinkSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../core/part.ts";
import { aProject, assertNothingLeaked, type ProjectFixture } from "./project-fixture.ts";

interface Trick {
  readonly name: string;
  path(project: ProjectFixture): string;
}

const at = (name: string, asked: string): Trick => ({ name, path: () => asked });

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
  at(".. with doubled slashes", "sub//..//..//project-neighbour//secret.txt"),
  at("many ..", `${"../".repeat(40)}etc/passwd`),
  at(".. between dots", "./sub/./../../project-neighbour/."),
  at("percent-encoded ..", "%2e%2e/project-neighbour/secret.txt"),
  at("percent-encoded slashes", "..%2fproject-neighbour%2fsecret.txt"),
  at("double encoding", "%252e%252e%252fproject-neighbour"),
  at("backslashes", "..\\project-neighbour\\secret.txt"),
  at("full-width dots", "\uff0e\uff0e/project-neighbour/secret.txt"),
  at("overlong UTF-8 as characters", "\u00c0\u00ae\u00c0\u00ae/project-neighbour"),
  at("an absolute path", "/etc/passwd"),
  at("the root of the file system", "/"),
  at("an absolute path by //", "//etc/passwd"),
  at("a file URL", "file:///etc/passwd"),
  at("the home folder", "~/.profile"),
  at("a variable", "$HOME"),
  at("/proc/self/root", "/proc/self/root/etc/passwd"),
  at("/proc/self/cwd", "/proc/self/cwd"),
  at("/dev/stdin", "/dev/stdin"),
  at("NUL inside", "sub/a.txt\0/../../../etc/passwd"),
  at("NUL at the end", "../project-neighbour/secret.txt\0.txt"),
  at("a newline in the name", "sub\n../project-neighbour"),
  at("a very long name", "n".repeat(4_000)),
  at("a path longer than any", "../".repeat(2_000)),
  at("an option", "--follow"),
  at("an option with a value", "--pre=cat"),
  at("an ignore file", "--ignore-file=/etc/passwd"),
  at("a dash", "-"),
  at("blanks around ..", " .. /project-neighbour"),
  { name: "an absolute path to the neighbour", path: (project) => path.join(project.outside, "secret.txt") },
  { name: "the project's path and ..", path: (project) => `${project.root}/../project-neighbour/secret.txt` },
  link("a link to a file outside", (project) => path.join(project.outside, "secret.txt")),
  link("a link to a folder outside", (project) => project.outside),
  link("a path below a link outside", (project) => project.outside, "/folder/inner.txt"),
  link("a relative link outside", () => "../project-neighbour/secret.txt"),
  link("a link to a missing file outside", (project) => path.join(project.outside, "missing")),
  link("a link to /proc/self/root", () => "/proc/self/root", "/etc/passwd"),
  link("a link to /proc/self/fd", () => "/proc/self/fd", "/0"),
  link("a link to the root of the file system", () => "/"),
  link("a link to the folder above", () => ".."),
  link("a link to itself", () => "link"),
  link(".. after a link in the project", () => "sub", "/../../project-neighbour/secret.txt"),
  link("/dev/zero by a link", () => "/dev/zero"),
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
    name: "a named pipe",
    path(project) {
      execFileSync("/bin/sh", ["-c", 'mkfifo "$0"', path.join(project.root, "pipe")]);
      return "pipe";
    },
  },
];

const calls: readonly { tool: string; args: (asked: string) => JsonObject }[] = [
  { tool: "view_file", args: (asked) => ({ path: asked }) },
  { tool: "list_dir", args: (asked) => ({ path: asked }) },
  { tool: "grep", args: (asked) => ({ path: asked, pattern: "." }) },
  { tool: "find_files", args: (asked) => ({ path: asked, pattern: "**" }) },
];

function aProjectToEscape(t: TestContext): ProjectFixture {
  return aProject(t, { "sub/a.txt": "inside\n" });
}

for (const trick of tricks) {
  test(`W7 no tool leaves the project by ${trick.name}`, async (t) => {
    const project = aProjectToEscape(t);
    const asked = trick.path(project);
    const outputs = await Promise.all(calls.map(({ tool, args }) => project.call(tool, args(asked))));
    for (const [index, output] of outputs.entries()) {
      assert.equal(output.is_error, true, `${calls[index]?.tool}: ${JSON.stringify(output)}`);
      assertNothingLeaked(output.result, project, trick.name);
    }
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
  const there = await project.call("view_file", { path: "there" });
  const gone = await project.call("view_file", { path: "gone" });
  assert.deepEqual(JSON.stringify(there).replace("there", "gone"), JSON.stringify(gone));
});

test("W7 a hard link is a file of the project: whoever made it could read the other one", async (t) => {
  const project = aProjectToEscape(t);
  linkSync(path.join(project.outside, "secret.txt"), path.join(project.root, "hard"));
  assert.equal((await project.call("view_file", { path: "hard" })).is_error, false);
});

test("W7 a project folder replaced by a link afterwards is refused", async (t) => {
  const project = aProjectToEscape(t);
  const swapped = path.join(project.root, "sub-link");
  symlinkSync(project.outside, swapped);
  for (const { tool, args } of calls) {
    const output = await project.call(tool, args("secret.txt"), { projectRoot: swapped });
    assert.deepEqual(output.result, { error: "The project folder was replaced by a link." });
  }
});
