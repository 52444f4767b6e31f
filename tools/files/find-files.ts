// Finds files by glob, leaving out what git ignores.
import { z } from "zod";
import { findPathsMax } from "../../workspaces/agent/files/file-limits.ts";
import { defineTool } from "../define-tool.ts";
import { chatFiles, viewOutput } from "./chat-files.ts";
import { globSchema, pathSchema } from "./path-schema.ts";

const schema = z.strictObject({
  pattern: globSchema.describe(
    'Glob, for example "*.ts" (at any depth) or "src/**/*.{ts,tsx}" (relative to path). Supports * ? [a-z] {a,b} ** and a leading !.',
  ),
  path: pathSchema
    .optional()
    .describe("Folder to search, relative to the workspace or project folder. Default: all of it."),
});

/** `find_files`: `{paths, truncated, note?}`, sorted, relative to the workspace or project folder. */
export const findFiles = defineTool({
  name: "find_files",
  description:
    `Finds files by glob and returns their paths, at most ${findPathsMax}. ` +
    "Hidden and git-ignored files are left out unless path leads into them. When truncated, use a narrower pattern or path.",
  schema,
  runs_in: "workspace",
  flags: { read_only: true },
  async run({ pattern, path = "." }, context) {
    const view = await (await chatFiles(context)).findFiles({ pattern, path }, context.signal);
    return viewOutput({ paths: view.paths }, view);
  },
});
