import assert from "node:assert/strict";
import { test } from "node:test";
import { compileGlob } from "./glob.ts";

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
  ["?", "😀", true],
  ["[a-c]x", "bx", true],
  ["[!a-c]x", "bx", false],
  ["[^a-c]x", "dx", true],
  ["[]]", "]", true],
  ["[a", "[a", true],
  ["*.{ts,tsx}", "a.tsx", true],
  ["{src,test}/**/*.{ts,js}", "test/a/b.js", true],
  ["{a,b{c,d}}", "bd", true],
  ["{a,b{c,d}}", "b", false],
  ["{a", "{a", true],
  ["\\*.ts", "*.ts", true],
  ["\\*.ts", "a.ts", false],
  ["\\{a,b\\}", "{a,b}", true],
  ["!*.ts", "a.ts", false],
  ["!*.ts", "a.js", true],
  ["*", ".env", false],
  ["?env", ".env", false],
  [".*", ".env", true],
  ["**", "a/.env", false],
  ["*a*b*c", "xaybzc", true],
  ["*a*b*c", "xaybz", false],
];

for (const [glob, path, expected] of cases) {
  test(`W6 the glob ${glob} ${expected ? "means" : "does not mean"} ${path}`, () => {
    assert.equal(compileGlob(glob).matches(path), expected);
  });
}

test("W6 a glob made to backtrack is answered at once", () => {
  const glob = compileGlob(`${"*a".repeat(100)}*b`);
  assert.equal(glob.matches("a".repeat(255)), false);
  assert.equal(compileGlob(`${"**/a/".repeat(50)}b`).matches("a/".repeat(1_000)), false);
});

test("W6 a glob whose braces expand without measure is refused", () => {
  assert.throws(() => compileGlob("{a,b}".repeat(30)), {
    code: "bad_pattern",
    message: /too many alternatives/,
  });
});
