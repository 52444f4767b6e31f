// Puts a file of the chat into the workspace, so that commands can work on what people have uploaded (SPEC C5).
import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { changeFiles } from "../files/chat-files.ts";
import { pathSchema } from "../files/path-schema.ts";

const nameCharsMax = 300;
const schema = z.strictObject({
  file: z.string().min(1).max(nameCharsMax).describe("Name or file_id of a file of this conversation."),
  path: pathSchema
    .optional()
    .describe("Where it goes, relative to the workspace; absent: its own name. What is there is replaced."),
});

/** `save_file`: `{path, name, media_type, bytes, created}`. The agent keeps the effect under the call's id. */
export const saveFile = defineTool({
  name: "save_file",
  description:
    "Copies a file that was attached to this conversation into the workspace, for example to work on an uploaded table with commands.",
  schema,
  runs_in: "workspace",
  flags: { reattaches: true },
  run({ file, path }, context) {
    return changeFiles(context, async (files) => {
      const { name, media_type, bytes } = await context.loadFile(file);
      const change = { key: context.toolCallId, path: path ?? name, bytes };
      const written = await files.writeBytes(change, context.signal);
      const result = { path: written.path, name, media_type, bytes: written.bytes, created: written.created };
      return { result, is_error: false };
    });
  },
});
