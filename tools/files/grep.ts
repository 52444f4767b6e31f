// Searches the text of files with ripgrep.
import { z } from "zod";
import { grepMatchesMax } from "../../workspaces/agent/files/file-limits.ts";
import { defineTool } from "../define-tool.ts";
import { chatFiles, viewOutput } from "./chat-files.ts";
import { globSchema, pathSchema, patternSchema } from "./path-schema.ts";

const schema = z.strictObject({
  pattern: patternSchema.describe(
    "Regular expression in Rust's syntax, matched within single lines; no look-around.",
  ),
  path: pathSchema
    .optional()
    .describe("File or folder to search, relative to the workspace or project folder. Default: all of it."),
  glob: globSchema
    .optional()
    .describe('Only files that match, for example "*.ts" or "src/**/*.ts" (relative to path).'),
  ignore_case: z.boolean().optional().describe("Default false."),
});

/** `grep`: `{matches: [{path, line, text}], truncated, note?}`, sorted by path and line. */
export const grep = defineTool({
  name: "grep",
  description:
    `Searches file contents by regular expression: matching lines with path and line number, at most ${grepMatchesMax}. ` +
    "Hidden, git-ignored and binary files are left out unless path leads to them. When truncated, narrow it by path, glob or a longer pattern.",
  schema,
  runs_in: "workspace",
  flags: { read_only: true },
  async run({ pattern, path = ".", glob, ignore_case = false }, context) {
    const search = { pattern, path, ignore_case, ...(glob !== undefined && { glob }) };
    const view = await (await chatFiles(context)).grep(search, context.signal);
    const matches = view.matches.map((match) => ({ path: match.path, line: match.line, text: match.text }));
    return viewOutput({ matches }, view);
  },
});
