// Schemas of the content that a client may send in a message.
import { z } from "zod";
import type { InputPart } from "../../core/part/part.ts";
import { isBlank } from "../../core/text/blank.ts";
import { FILLED, filledText, MUST_BE_FILLED, uuid } from "./common.ts";

/** A longer message is a data set and belongs in a file. */
const inputPartsMax = 100;
const fileNameCharsMax = 1_024;

const text = z
  .string()
  .regex(FILLED, MUST_BE_FILLED)
  // White space alone was reported already.
  .refine((words) => !FILLED.test(words) || !isBlank(words), "must have something in it that can be seen");
const textPart = z.strictObject({ type: z.literal("text"), text });
const fileReferencePart = z.strictObject({
  type: z.literal("file-reference"),
  file_name: filledText(fileNameCharsMax),
  start_line: z.int().positive(),
  end_line: z.int().positive(),
  content: z.string(),
});

/** Clients send back what they got, with type and name; what counts is what the file's row says. */
const filePart = z
  .strictObject({
    type: z.literal("file"),
    file_id: uuid.toLowerCase(),
    media_type: z.string().max(fileNameCharsMax).default(""),
    name: z.string().max(fileNameCharsMax).default(""),
  })
  .meta({ description: "A file that was uploaded by `POST /v1/files`; `media_type` and `name` are ignored" });

const parts = z
  .array(z.discriminatedUnion("type", [textPart, filePart, fileReferencePart]))
  .min(1, MUST_BE_FILLED)
  .max(inputPartsMax);

/** A plain string is one text part. Blank text is refused, because providers refuse it (SPEC Q1). */
export const inputContent = z
  .union([text, parts])
  .transform((content): InputPart[] =>
    typeof content === "string" ? [{ type: "text", text: content }] : content,
  )
  .meta({ description: "A plain string is one text part", example: "What can you do?" });
