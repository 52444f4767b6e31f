// Edits several files of the workspace exactly, all or nothing. The agent keeps the effect under the call's id.
import { z } from "zod";
import { editFilesMax, editsPerFileMax } from "../../workspaces/agent/files/file-limits.ts";
import { defineTool } from "../define-tool.ts";
import { contentBytesMax } from "../tool-limits.ts";
import { changeFiles, linksRefused } from "./chat-files.ts";
import { pathSchema } from "./path-schema.ts";

const edit = z.strictObject({
  search: z
    .string()
    .min(1)
    .max(contentBytesMax)
    .describe("Text to replace, exactly as it stands in the file, without line numbers. May span lines."),
  replace: z.string().max(contentBytesMax).describe("What to put in its place; empty to remove it."),
  replace_all: z
    .boolean()
    .optional()
    .describe("Replace every match. Default false: search must match exactly once."),
});

const schema = z.strictObject({
  files: z
    .array(
      z.strictObject({
        path: pathSchema.describe("File, relative to the workspace."),
        edits: z
          .array(edit)
          .min(1)
          .max(editsPerFileMax)
          .describe("Applied in order, each to the text that the one before left."),
      }),
    )
    .min(1)
    .max(editFilesMax),
});

/** `edit_files`: `{files: [{path, replacements, bytes, note?}]}`. */
export const editFiles = defineTool({
  name: "edit_files",
  description:
    "Replaces exact pieces of text in one or several files of the workspace. Each search must match exactly once unless replace_all is set. " +
    "All edits of a call are made, or none: when one does not fit, the error says which and why. Line endings of the file are kept.",
  schema,
  runs_in: "workspace",
  flags: { reattaches: true },
  run(args, context) {
    return changeFiles(context, async (files) => {
      const edited = await files.editFiles(
        { key: context.toolCallId, files: filesOf(args), ...linksRefused(context) },
        context.signal,
      );
      const described = edited.files.map(({ path, replacements, bytes, note }) => ({
        path,
        replacements,
        bytes,
        ...(note !== undefined && { note }),
      }));
      return { result: { files: described }, is_error: false };
    });
  },
});

/** Leaves out `replace_all` if it is undefined. */
function filesOf({ files }: z.output<typeof schema>) {
  return files.map(({ path, edits }) => ({
    path,
    edits: edits.map(({ search, replace, replace_all }) => ({
      search,
      replace,
      ...(replace_all !== undefined && { replace_all }),
    })),
  }));
}
