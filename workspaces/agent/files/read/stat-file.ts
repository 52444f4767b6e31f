// The workspace agent runs inside the workspace. This file: what a path leads to.
import type { FileStat } from "../../api.ts";
import type { Root } from "../place/root.ts";
import { withFound } from "../place/walk.ts";
import { entryType } from "./list-folder.ts";

/** Type, size and time of what is there, links followed within the root. Throws `AgentError`. */
export async function statFile(root: Root, args: { readonly path: string }): Promise<FileStat> {
  return withFound(root, args.path, ({ relative, stats }) =>
    Promise.resolve({
      path: relative,
      type: entryType(stats),
      size: stats.size,
      modified_at: stats.mtime.toISOString(),
    }),
  );
}
