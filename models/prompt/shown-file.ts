// What a model sees of a file: the picture or document itself, its text, or words in its place. Pure.
import { assertNever } from "../../core/assert-never.ts";
import type { ImageType } from "../../core/file/media-type.ts";
import type { FilePart } from "../../core/part/part.ts";
import type { PromptFile } from "../provider.ts";
import type { PromptShape } from "../quirks/quirk.ts";
import { fenced, namedFile } from "./part-text.ts";

/** A piece of a user message, or what is shown beside the text of a tool's result. `data` is base64, or stands for it. */
export type ShownPiece =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly media_type: ImageType; readonly data: string }
  | { readonly type: "document"; readonly name: string; readonly data: string };

export interface FileView {
  readonly files?: ReadonlyMap<string, PromptFile> | undefined;
  readonly shape: Pick<PromptShape, "images" | "documents" | "image_chars_max">;
}

/** The file with its name, or words where this server or model does not take it. */
export function shownFile(part: FilePart, { files, shape }: FileView): readonly ShownPiece[] {
  const file = files?.get(part.file_id);
  const words = (why = "") => [{ type: "text", text: namedFile(part, why) }] as const;
  switch (file?.type) {
    case undefined:
      return words();
    case "unshown":
      return words(`: not shown, ${file.words}`);
    case "image":
      if (shape.images === "words") return words(": not shown, because this model takes no pictures");
      return [...words(), ...shownImage(file, shape)];
    case "document":
      if (shape.documents === "words") return words(": not shown, because this model takes no documents");
      return [{ type: "document", name: part.name.toWellFormed(), data: file.data }];
    case "text": {
      const bounds = file.is_cut
        ? `: its first ${kibibytes(file.text.length)} of ${kibibytes(file.size)}`
        : `: all ${file.size} bytes`;
      return [{ type: "text", text: `${namedFile(part, bounds)}\n${fenced(file.text.toWellFormed())}` }];
    }
    default:
      return assertNever(file);
  }
}

/** A picture without a name of its own, or words where it is not taken. */
export function shownImage(
  { media_type, data, chars }: Extract<PromptFile, { type: "image" }>,
  shape: FileView["shape"],
): readonly ShownPiece[] {
  if (shape.images === "words")
    return [{ type: "text", text: `[${media_type}: not shown, because this model takes no pictures]` }];
  if (chars <= shape.image_chars_max) return [{ type: "image", media_type, data }];
  return [{ type: "text", text: `[${media_type}: not shown, because it is larger than this model takes]` }];
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
