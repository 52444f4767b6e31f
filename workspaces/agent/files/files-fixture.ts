// For tests: a root folder beside another folder that must stay untouched.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { AgentError, type FileChanges, type FileEdits, type FileViews } from "../api.ts";
import { createFiles } from "./create-files.ts";

export interface FilesFixture {
  readonly root: string;
  readonly outside: string;
  readonly files: FileViews & FileChanges;
  readonly signal: AbortSignal;
  readonly put: (name: string, content: string | Uint8Array) => void;
  /** Content of a file of the root. */
  readonly text: (name: string) => string;
  /** Paths of all files below the root, hidden ones too. */
  readonly names: () => readonly string[];
  readonly edit: (...files: readonly FileEdits[]) => ReturnType<FileChanges["editFiles"]>;
  readonly write: (name: string, content: string) => ReturnType<FileChanges["writeFile"]>;
}

/** Files in a temporary folder that is removed after the test; `secret.txt` lies outside. */
export function someFiles(
  context: TestContext,
  contents: Readonly<Record<string, string>> = {},
): FilesFixture {
  const base = realpathSync(mkdtempSync(path.join(tmpdir(), "everturn-files-")));
  context.after(() => rmSync(base, { recursive: true, force: true }));
  const root = path.join(base, "root");
  const outside = path.join(base, "outside");
  for (const folder of [root, outside]) mkdirSync(folder);
  writeFileSync(path.join(outside, "secret.txt"), "secret\n");
  const put = (name: string, content: string | Uint8Array): void => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  };
  for (const [name, content] of Object.entries(contents)) put(name, content);
  const files = createFiles({ root, rgPath: "no search in these tests" });
  const { signal } = new AbortController();
  return {
    root,
    outside,
    files,
    signal,
    put,
    text: (name) => readFileSync(path.join(root, name), "utf8"),
    names: () =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
        .toSorted(),
    edit: (...edited) => files.editFiles({ key: "call-1", files: edited }, signal),
    write: (name, content) => files.writeFile({ key: "call-1", path: name, content }, signal),
  };
}

/** The `AgentError` that a promise rejects with, as `code: message hint`. Throws if there is none. */
export async function faultOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AgentError) return `${error.code}: ${error.message} ${error.hint ?? ""}`.trim();
    throw error;
  }
  throw new Error("there was no fault");
}
