// Schemas of the files of workspaces.
import { z } from "zod";
import { workspacePathCharsMax } from "../../core/chat/limits.ts";
import { filledText, uuid } from "./common.ts";
import { fileName } from "./file.ts";

const path = filledText(workspacePathCharsMax).meta({
  description: "Relative to the workspace's folder. Nothing outside is ever read or written",
});

export const lookQuery = z.strictObject({ path: path.default(".") });
export const writeQuery = z.strictObject({ path });

export const folder = z
  .strictObject({
    path: z.string(),
    entries: z.array(
      z.strictObject({
        name: z.string(),
        type: z.enum(["file", "dir", "symlink", "other"]),
        size: z.int().nullable().meta({ description: "Bytes; null: it is no file" }),
      }),
    ),
    truncated: z.boolean().meta({ description: "There are more entries than are shown" }),
  })
  .meta({ id: "WorkspaceFolder" });

export const written = z
  .strictObject({
    path: z.string(),
    size: z.int().meta({ description: "Bytes" }),
    created: z.boolean().meta({ description: "It was not there before" }),
  })
  .meta({ id: "WrittenFile" });

export const saveFile = z.strictObject({
  file_id: uuid.toLowerCase().meta({ description: "One of your files" }),
  path: path.optional().meta({ description: "Absent: the file's name, in the workspace's folder" }),
});

export const attachFile = z.strictObject({
  path,
  name: fileName
    .optional()
    .meta({ description: "What the file is called; absent: the last part of the path" }),
});
