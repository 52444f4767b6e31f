// Shows lines of a file, numbered, so that answers can cite them.
import { z } from "zod";
import { viewLinesMax } from "../../workspaces/agent/files/file-limits.ts";
import { defineTool } from "../define-tool.ts";
import { chatFiles, viewOutput } from "./chat-files.ts";
import { lineSchema, pathSchema } from "./path-schema.ts";
import { isShownAsItIs, showAsItIs } from "./read-whole.ts";

const schema = z.strictObject({
  path: pathSchema.describe("File, relative to the workspace or project folder."),
  start_line: lineSchema.optional().describe("First line to show, from 1. Default 1."),
  end_line: lineSchema
    .optional()
    .describe(`Last line to show, inclusive. At most ${viewLinesMax} lines are shown.`),
});

/** `view_file`: `{content, start_line, end_line, total_lines, truncated, note?}`; `truncated` = lines asked for are not all here. */
export const viewFile = defineTool({
  name: "view_file",
  description:
    `Shows a text file with line numbers, at most ${viewLinesMax} lines or 64 KiB at a time. ` +
    "When the result is truncated, go on with start_line. Pictures (PNG, JPEG, GIF, WebP) and PDFs are shown as they are.",
  schema,
  runs_in: "workspace",
  flags: { read_only: true },
  async run({ path, start_line, end_line }, context) {
    const range = {
      ...(start_line !== undefined && { start_line }),
      ...(end_line !== undefined && { end_line }),
    };
    const files = await chatFiles(context);
    const shown = isShownAsItIs(path) ? await showAsItIs(files, path, context) : null;
    if (shown !== null) return shown;
    const view = await files.readLines({ path, ...range }, context.signal);
    const { content, start_line: first, end_line: last, total_lines } = view;
    return viewOutput({ content, start_line: first, end_line: last, total_lines }, view);
  },
});
