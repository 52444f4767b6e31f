// Schemas of files: the caller's, and those of workspaces.
import { z } from "zod";
import { fileNameCharsMax, workspacePathCharsMax } from "../../core/chat/limits.ts";
import { fileNameFault } from "../../core/file/file-name.ts";
import { MEDIA_TYPES } from "../../core/file/media-type.ts";
import { filledText, time, uuid } from "./common.ts";

export const file = z
  .strictObject({
    id: uuid,
    name: z.string(),
    media_type: z.enum(MEDIA_TYPES),
    size: z.int().meta({ description: "Bytes" }),
    sha256: z.string(),
    origin: z
      .enum(["upload", "tool"])
      .meta({ description: "Who made it: you, or a tool of one of your chats" }),
    created_at: time,
    links: z.strictObject({ self: z.string().meta({ description: "Its bytes" }) }),
  })
  .meta({ id: "File" });

export const filePage = z
  .strictObject({ items: z.array(file), next_cursor: z.string().nullable() })
  .meta({ id: "FilePage" });

const fileName = z
  .string()
  .max(fileNameCharsMax)
  .superRefine((name, check) => {
    const fault = fileNameFault(name);
    if (fault !== null) check.addIssue({ code: "custom", message: fault });
  });

export const uploadQuery = z.strictObject({
  name: fileName
    .optional()
    .meta({ description: "What the file is called; absent: `file` with the extension of its type" }),
});

const workspacePath = filledText(workspacePathCharsMax).meta({
  description: "Relative to the workspace's folder. Nothing outside is ever read or written",
});

export const lookQuery = z.strictObject({ path: workspacePath.default(".") });
export const writeQuery = z.strictObject({ path: workspacePath });

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
  path: workspacePath.optional().meta({ description: "Absent: the file's name, in the workspace's folder" }),
});

export const attachFile = z.strictObject({
  path: workspacePath,
  name: fileName
    .optional()
    .meta({ description: "What the file is called; absent: the last part of the path" }),
});
