// Gives the user a file of the workspace to download.
import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { chatFiles } from "../files/chat-files.ts";
import { pathSchema } from "../files/path-schema.ts";
import { readWhole } from "../files/read-whole.ts";

const schema = z.strictObject({ path: pathSchema.describe("File, relative to the workspace.") });

/** `attach_file`: `{file_id, name, media_type, size, url}`; people see a download link. */
export const attachFile = defineTool({
  name: "attach_file",
  description:
    "Gives the user a file of the workspace as a download: a picture (PNG, JPEG, GIF, WebP), a PDF, or text (also CSV, JSON, Markdown), at most 10 MiB. " +
    "The file is copied: later changes are not seen.",
  schema,
  runs_in: "workspace",
  flags: { read_only: true },
  async run({ path }, context) {
    const { name, bytes } = await readWhole(await chatFiles(context), path, context.signal);
    const file = await context.keepFile({ name, bytes });
    const { file_id, media_type } = file;
    const url = `/v1/files/${file_id}`;
    return {
      result: { file_id, name: file.name, media_type, size: bytes.length, url },
      is_error: false,
      files: [{ ...file, for_people: true }],
    };
  },
});
