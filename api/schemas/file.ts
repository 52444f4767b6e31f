// Schemas of files.
import { z } from "zod";
import { fileNameCharsMax } from "../../core/chat/limits.ts";
import { fileNameFault } from "../../core/file/file-name.ts";
import { MEDIA_TYPES } from "../../core/file/media-type.ts";
import { time, uuid } from "./common.ts";

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

export const fileName = z
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
