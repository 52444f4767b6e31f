import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);

function readTree(path: string): string {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/** `file`: "name" · "name", as docs/guarantees.md refers to tests. */
function citations(page: string): { file: string; name: string }[] {
  const flat = page.replace(/\s+/g, " ");
  return [...flat.matchAll(/`([\w./-]+\.test\.ts)`: ((?:"[^"]+"(?: · )?)+)/g)].flatMap(
    ([, file = "", names = ""]) => [...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => ({ file, name })),
  );
}

test("each test that docs/guarantees.md names stands in its file under that name", () => {
  const found = citations(readTree("docs/guarantees.md"));
  assert.ok(found.length > 30, `only ${found.length} citations were found`);
  const wrong = found.filter(({ file, name }) => !readTree(file).toLowerCase().includes(name.toLowerCase()));
  assert.deepEqual(wrong, []);
});

test("the pictures of the docs exist and links between pages lead somewhere", () => {
  for (const page of ["README.md", "docs/guarantees.md", "docs/temporal-web-ui.md"]) {
    const targets = [...readTree(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = ""]) => target);
    for (const target of targets) assert.ok(existsSync(new URL(target, new URL(page, ROOT))), target);
  }
});
