// A small tree in a temporary folder, for tests that seed a fault and see it caught.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { TestContext } from "node:test";

const project = resolve(import.meta.dirname, "../..");

/** Writes `files` (path → text) below a new folder, with this project's packages in reach; gone when the test ends. */
export function temporaryTree(context: TestContext, files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "everturn-check-")));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  symlinkSync(join(project, "node_modules"), join(root, "node_modules"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
