// Reads a text file, or a part of it, with line numbers.
import { z } from "zod";
import { viewLinesMax } from "../../workspaces/agent/files/file-limits.ts";
import { defineTool } from "../define-tool.ts";
import { chatFiles, viewOutput } from "./chat-files.ts";
import { lineSchema, pathSchema } from "./path-schema.ts";
import { isShownAsItIs, showAsItIs } from "./read-whole.ts";

const schema = z.strictObject({
  path: pathSchema.describe("File, relative to the workspace or project folder."),
  offset: lineSchema.optional().describe("Number of the first line to read, from 1. Default 1."),
  limit: lineSchema
    .optional()
    .describe(`How many lines to read. At most ${viewLinesMax} are given, which is the default.`),
});

/** `read_file`: `{content, start_line, total_lines, truncated, note?}`; lines as `<number>\t<line>` (SPEC W6). */
export const readFile = defineTool({
  name: "read_file",
  description:
    `Reads a text file: its lines, each after its number and a tab, at most ${viewLinesMax} lines or 64 KiB at a time. ` +
    "When the result is truncated, go on with offset. Of a picture (PNG, JPEG, GIF, WebP) or PDF it gives the picture or document.",
  schema,
  runs_in: "workspace",
  flags: { read_only: true },
  async run({ path, offset = 1, limit }, context) {
    const range = { start_line: offset, ...(limit !== undefined && { end_line: offset + limit - 1 }) };
    const files = await chatFiles(context);
    const shown = isShownAsItIs(path) ? await showAsItIs(files, path, context) : null;
    if (shown !== null) return shown;
    const view = await files.readLines({ path, ...range }, context.signal);
    const { content, start_line, total_lines } = view;
    return viewOutput({ content, start_line, total_lines }, view);
  },
});
