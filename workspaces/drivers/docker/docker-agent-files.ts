// Workspaces: drivers make the place. This file: the agent's program as it goes into containers: the folders core/ and
// workspaces/agent/ side by side, the Node that runs this process, and ripgrep.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { glob, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rgPath } from "@vscode/ripgrep";
import type { TarEntry } from "./engine/tar.ts";

export interface AgentProgram {
  /** The Node binary to be copied; this process's own when absent. */
  readonly nodePath?: string;
  /** The ripgrep binary to be copied; that of the package when absent. */
  readonly ripgrepPath?: string;
  /** The folder that `core/` and `workspaces/agent/` are in; this project's own when absent. */
  readonly sources?: string;
}

export interface AgentFiles {
  /** Names the content: other files, another digest. */
  readonly digest: string;
  /** Paths relative to the agent's folder, folders before what is in them. */
  readonly entries: readonly TarEntry[];
}

const ownSources = fileURLToPath(new URL("../../..", import.meta.url));
// Enough to tell versions apart in the names of volumes.
const digestCharsMax = 16;
const rootOwned = { uid: 0, gid: 0 };

/** Reads the sources and looks at the binaries, which are read when they are sent. */
export async function readAgentFiles(program: AgentProgram): Promise<AgentFiles> {
  const entries: TarEntry[] = [];
  const digest = createHash("sha256");
  for (const [path, source] of [
    ["node", program.nodePath ?? process.execPath],
    ["rg", program.ripgrepPath ?? rgPath],
  ] as const) {
    const { size } = await stat(source);
    entries.push({ ...rootOwned, type: "file-on-disk", path, mode: 0o755, source, size });
    digest.update(path);
    for await (const chunk of createReadStream(source)) digest.update(chunk as Buffer);
  }
  for (const entry of await readSources(program.sources ?? ownSources)) {
    entries.push(entry);
    digest.update(`\0${entry.path}\0`);
    if (entry.type === "file") digest.update(entry.bytes);
  }
  return { digest: digest.digest("hex").slice(0, digestCharsMax), entries };
}

async function readSources(folder: string): Promise<TarEntry[]> {
  const paths: string[] = [];
  for await (const path of glob("{core,workspaces/agent}/**/*.ts", { cwd: folder })) {
    if (!path.endsWith(".test.ts")) paths.push(path.replaceAll("\\", "/"));
  }
  const folders = new Set(paths.flatMap(foldersAbove));
  const files = paths.toSorted().map(async (path): Promise<TarEntry> => {
    return { ...rootOwned, type: "file", path, mode: 0o644, bytes: await readFile(join(folder, path)) };
  });
  return [
    ...[...folders].toSorted().map((path) => ({ ...rootOwned, type: "folder", path, mode: 0o755 }) as const),
    // Tells Node what the files are without looking into each.
    {
      ...rootOwned,
      type: "file",
      path: "package.json",
      mode: 0o644,
      bytes: Buffer.from('{"type":"module"}\n'),
    },
    ...(await Promise.all(files)),
  ];
}

function foldersAbove(path: string): string[] {
  const folder = dirname(path);
  return folder === "." ? [] : [...foldersAbove(folder), folder];
}
