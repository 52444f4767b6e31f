import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { rgPath } from "@vscode/ripgrep";
import { createFiles } from "../create-files.ts";
import { faultOf, someFiles } from "../files-fixture.ts";

/** Whether the glob finds the file in a folder that holds nothing else. */
async function finds(t: TestContext, glob: string, path: string): Promise<boolean> {
  const { root, signal } = someFiles(t, { [path]: "" });
  const { paths } = await createFiles({ root, rgPath }).findFiles({ pattern: glob }, signal);
  return paths.length > 0;
}

const cases: readonly [glob: string, path: string, expected: boolean][] = [
  ["*.ts", "a.ts", true],
  ["*.ts", "deep/down/a.ts", true],
  ["*.ts", "a.tsx", false],
  ["/*.ts", "a.ts", true],
  ["/*.ts", "src/a.ts", false],
  ["./src/*.ts", "src/a.ts", true],
  ["src/*.ts", "src/a.ts", true],
  ["src/*.ts", "src/x/a.ts", false],
  ["src/*.ts", "lib/src/a.ts", false],
  ["src/**/*.ts", "src/a.ts", true],
  ["src/**/*.ts", "src/x/y/a.ts", true],
  ["**/test/**", "a/test/b/c", true],
  ["**/test/**", "a/test", false],
  ["src/", "src/a/b", true],
  ["src/**", "src", false],
  ["**", "a", true],
  ["**/*", "a/b", true],
  ["a?c", "abc", true],
  ["a?c", "a/c", false],
  // As for ripgrep and git a `?` is one byte.
  ["?", "😀", false],
  ["????", "😀", true],
  ["[a-c]x", "bx", true],
  ["[!a-c]x", "bx", false],
  ["[^a-c]x", "dx", true],
  ["[]]", "]", true],
  ["*.{ts,tsx}", "a.tsx", true],
  ["{src,test}/**/*.{ts,js}", "test/a/b.js", true],
  ["{a,b{c,d}}", "bd", true],
  ["{a,b{c,d}}", "b", false],
  ["[{]a", "{a", true],
  ["\\*.ts", "*.ts", true],
  ["\\*.ts", "a.ts", false],
  ["\\{a,b\\}", "{a,b}", true],
  ["!*.ts", "a.ts", false],
  ["!*.ts", "a.js", true],
  ["*", ".env", false],
  ["?env", ".env", false],
  [".*", ".env", false],
  ["**", "a/.env", false],
  ["*a*b*c", "xaybzc", true],
  ["*a*b*c", "xaybz", false],
];

for (const [glob, path, expected] of cases) {
  test(`W6 the glob ${glob} ${expected ? "means" : "does not mean"} ${path}`, async (t) => {
    assert.equal(await finds(t, glob, path), expected);
  });
}

test("W6 a file that a .gitignore or .ignore shows again is found only when the glob matches it", async (t) => {
  const { root, signal, put } = someFiles(t, {
    ".gitignore": "/*\n!/src/\n!/src/**\n!/build/\n/build/*\n!/build/keep.log\n!.env\n",
    "src/.ignore": "*.gen.ts\n!b.gen.ts\n# x\n",
    "src/a.ts": "x",
    "src/b.md": "x",
    "src/a.gen.ts": "x",
    "src/b.gen.ts": "x",
    "build/keep.log": "x",
    "build/a.ts": "x",
    "other.ts": "x",
    ".env": "x",
  });
  const files = createFiles({ root, rgPath });
  const find = async (glob: string, path = ".") => {
    const { paths } = await files.findFiles({ pattern: glob, path }, signal);
    const { matches } = await files.grep({ pattern: "x", glob, path }, signal);
    assert.deepEqual(
      matches.map((match) => match.path),
      paths,
    );
    return paths;
  };
  assert.deepEqual(await find("*.ts"), ["src/a.ts", "src/b.gen.ts"]);
  assert.deepEqual(await find("*.ts", "src"), ["src/a.ts", "src/b.gen.ts"]);
  assert.deepEqual(await find("src/**/*.md"), ["src/b.md"]);
  assert.deepEqual(await find("*.log"), ["build/keep.log"]);
  assert.deepEqual(await find("!*.{md,log}"), [".env", "src/.ignore", "src/a.ts", "src/b.gen.ts"]);
  put(`src/${"a".repeat(250)}`, "x");
  assert.deepEqual(await find(`${"*a".repeat(100)}*b`), []);
});

test("W6 a glob made to backtrack, or of alternatives without measure, is answered at once", async (t) => {
  assert.equal(await finds(t, `${"*a".repeat(100)}*b`, "a".repeat(250)), false);
  assert.equal(await finds(t, `${"**/a/".repeat(50)}b`, "a/".repeat(200) + "b"), true);
  assert.equal(await finds(t, "{a,b}".repeat(30), "ab".repeat(15)), true);
});

test("W6 a glob that is none is refused in ripgrep's words", async (t) => {
  const { root, signal } = someFiles(t, { "a.txt": "" });
  const files = createFiles({ root, rgPath });
  for (const pattern of ["{a", "[a", "[b-a]", "a\\"]) {
    assert.match(
      await faultOf(files.findFiles({ pattern }, signal)),
      /^bad_pattern: The glob cannot be used: \w/,
    );
  }
});

test("W6 a glob counts from the folder that is searched, whatever its name holds", async (t) => {
  const { root, signal } = someFiles(t, {
    "a {b}/[c]*/d.txt": "",
    "a {b}/d.txt": "",
    "d.txt": "",
    "#x": "",
    "y ": "",
  });
  const files = createFiles({ root, rgPath });
  const find = async (pattern: string, path = ".") =>
    (await files.findFiles({ pattern, path }, signal)).paths;
  assert.deepEqual(await find("/d.txt", "a {b}/[c]*"), ["a {b}/[c]*/d.txt"]);
  assert.deepEqual(await find("[[]c[]]*/*.txt", "a {b}"), ["a {b}/[c]*/d.txt"]);
  assert.deepEqual(await find("d.txt"), ["a {b}/[c]*/d.txt", "a {b}/d.txt", "d.txt"]);
  assert.deepEqual(await find("#x"), ["#x"]);
  assert.deepEqual(await find("!#x", "."), ["a {b}/[c]*/d.txt", "a {b}/d.txt", "d.txt", "y "]);
  assert.deepEqual(await find("y "), ["y "]);
  assert.deepEqual(await find("nothing\n!*"), [], "a line of a glob is no rule of its own");
});
