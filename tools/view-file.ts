// Tools: shows lines of a file of the project, numbered, so that answers can cite them.
import { z } from "zod";
import { lineSchema, pathSchema } from "./path-schema.ts";
import { openProjectFile, requireProjectRoot, resolveInside } from "./project-path.ts";
import { readLines } from "./read-lines.ts";
import type { Tool } from "./tool.ts";
import { ToolError } from "./tool-error.ts";
import { viewFileBytesMax, viewLinesMax } from "./tool-limits.ts";

const schema = z.strictObject({
  path: pathSchema.describe("File, relative to the project folder."),
  start_line: lineSchema.optional().describe("First line to show, from 1. Default 1."),
  end_line: lineSchema
    .optional()
    .describe(`Last line to show, inclusive. At most ${viewLinesMax} lines are shown.`),
});

const mebibyteBytes = 1024 * 1024;

function checkSize(sizeBytes: number): void {
  if (sizeBytes <= viewFileBytesMax) return;
  const [size, most] = [sizeBytes, viewFileBytesMax].map((bytes) => Math.round(bytes / mebibyteBytes));
  throw new ToolError(
    `The file has ${size} MiB; up to ${most} can be shown.`,
    "Use grep to find what you need in it.",
  );
}

/** `view_file`: `{content, start_line, end_line, total_lines, truncated}`; `truncated` = lines asked for are not all here. */
export const viewFile: Tool<typeof schema> = {
  name: "view_file",
  description:
    `Shows a text file with line numbers, at most ${viewLinesMax} lines or 64 KiB at a time. ` +
    "When the result is truncated, go on with start_line.",
  schema,
  runs_in: "worker",
  flags: { read_only: true },
  async run(args, context) {
    const first = args.start_line ?? 1;
    if (args.end_line !== undefined && args.end_line < first) {
      throw new ToolError(`end_line ${args.end_line} lies before start_line ${first}.`);
    }
    const root = await requireProjectRoot(context.projectRoot);
    const target = await resolveInside(root, args.path);
    const wanted = args.end_line ?? Number.MAX_SAFE_INTEGER;
    const last = Math.min(wanted, first + viewLinesMax - 1);
    const handle = await openProjectFile(root, target);
    try {
      checkSize((await handle.stat()).size);
      const read = await readLines(handle, { first, last, signal: context.signal });
      if (first > Math.max(1, read.total_lines)) {
        throw new ToolError(`The file has ${read.total_lines} lines; start_line ${first} is past its end.`);
      }
      const truncated = read.truncated || read.last < Math.min(wanted, read.total_lines);
      return {
        result: {
          content: read.content,
          start_line: first,
          end_line: read.last,
          total_lines: read.total_lines,
          truncated,
        },
        is_error: false,
        truncated,
      };
    } finally {
      await handle.close();
    }
  },
};
