// Writes a whole file of the workspace. The agent keeps the effect under the call's id, so a call that runs again does not write again.
import { z } from "zod";
import { utf8Length } from "../../core/text/truncate.ts";
import { defineTool } from "../define-tool.ts";
import { contentBytesMax } from "../tool-limits.ts";
import { changeFiles, linksRefused } from "./chat-files.ts";
import { pathSchema } from "./path-schema.ts";

const schema = z.strictObject({
  path: pathSchema.describe("File, relative to the workspace. Folders that are missing are made."),
  content: z
    .string()
    .max(contentBytesMax)
    .refine((text) => utf8Length(text) <= contentBytesMax, `must have at most ${contentBytesMax} bytes`)
    .describe("The whole content, as it is to be in the file."),
});

/** `write_file`: `{path, bytes, created, note?}`. */
export const writeFile = defineTool({
  name: "write_file",
  description:
    "Writes a text file in the workspace: makes it, or replaces all of its content at once. " +
    "To change a part of a file use edit_files.",
  schema,
  runs_in: "workspace",
  flags: { reattaches: true },
  run(args, context) {
    return changeFiles(context, async (files) => {
      const written = await files.writeFile(
        { key: context.toolCallId, ...args, ...linksRefused(context) },
        context.signal,
      );
      const { path, bytes, created, note } = written;
      return { result: { path, bytes, created, ...(note !== undefined && { note }) }, is_error: false };
    });
  },
});
