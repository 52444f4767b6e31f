import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { REFUSALS } from "../../core/chat/refusal.ts";

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

test("docs/rest-api.md lists every code that a problem document may have, with its status", () => {
  const rows = readTree("docs/rest-api.md").matchAll(/^\| `(\w+)` \| (\d{3}) \| .+ \|$/gm);
  const listed = [...rows].map(([, code = "", status = ""]) => [code, Number(status)]);
  const known = Object.entries(REFUSALS).map(([code, { status }]) => [code, status]);
  assert.deepEqual(Object.fromEntries(listed), Object.fromEntries(known));
});

test("each decision has four parts and a line in docs/decisions/README.md", () => {
  const list = readTree("docs/decisions/README.md");
  const pages = readdirSync(new URL("docs/decisions/", ROOT)).filter((page) => /^\d{4}-/.test(page));
  assert.ok(pages.length > 20, `only ${pages.length} pages were found`);
  for (const page of pages) {
    const text = readTree(`docs/decisions/${page}`);
    const [, date = "", title = ""] = /^# (\S+): (.+)/.exec(text) ?? [];
    assert.ok(page.startsWith(date) && date !== "", `${page} begins with its date`);
    assert.ok(list.includes(`| ${date} | [${title}](${page}) |`), `${page} has its line in the list`);
    const parts = [...text.matchAll(/^## (.+)$/gm)].map(([, part]) => part);
    assert.deepEqual(parts, ["Context", "Decision", "Cost", "Otherwise when"], page);
  }
});
