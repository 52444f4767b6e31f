// Lists one folder.
import { z } from "zod";
import { listEntriesMax } from "../../workspaces/agent/files/file-limits.ts";
import { defineTool } from "../define-tool.ts";
import { chatFiles, viewOutput } from "./chat-files.ts";
import { pathSchema } from "./path-schema.ts";

const schema = z.strictObject({
  path: pathSchema
    .optional()
    .describe("Folder, relative to the workspace or project folder. Default: that folder itself."),
});

/** `list_dir`: `{path, entries: [{name, type, size}], truncated, note?}`, sorted by name, hidden ones too; `size` in bytes, of files. */
export const listDir = defineTool({
  name: "list_dir",
  description:
    `Lists the files and folders directly in a folder, hidden ones too: name, type (file, dir, symlink, other) and size in bytes. ` +
    `At most ${listEntriesMax} entries; when truncated, use find_files with a pattern.`,
  schema,
  runs_in: "workspace",
  flags: { read_only: true },
  async run({ path = "." }, context) {
    const view = await (await chatFiles(context)).listDir({ path }, context.signal);
    const entries = view.entries.map(({ name, type, size }) => ({ name, type, size }));
    return viewOutput({ path: view.path, entries }, view);
  },
});
