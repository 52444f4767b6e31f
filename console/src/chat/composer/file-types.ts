// Which files can be attached to a message, and as what they are sent.
import { fileBytesMax } from "../../../../core/chat/limits.ts";
import { MEDIA_TYPES, mediaTypeOf } from "../../../../core/file/media-type.ts";
import { bytesWords } from "../../ui/words.ts";

const BY_NAME: Readonly<Record<string, string>> = {
  md: "text/markdown",
  csv: "text/csv",
  json: "application/json",
  txt: "text/plain",
  log: "text/plain",
  pdf: "application/pdf",
};
/** Source code and the like are sent as plain text. */
const TEXT_NAMES =
  /\.(?:[cm]?[jt]sx?|py|rb|rs|go|java|kt|c|h|cc|cpp|hpp|cs|php|sh|ya?ml|toml|xml|html?|css|sql|ini|conf|env|diff|patch)$/i;

export function typeOfFile({ name, type }: { readonly name: string; readonly type: string }): string | null {
  const known = mediaTypeOf(type);
  if (known !== null) return known;
  const end = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  if (Object.hasOwn(BY_NAME, end)) return BY_NAME[end] ?? null;
  return TEXT_NAMES.test(name) || type.startsWith("text/") ? "text/plain" : null;
}

/** Why a file cannot be attached; null: it can. */
export function refusalOfFile(file: {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}): string | null {
  if (file.size === 0) return "The file is empty.";
  if (file.size > fileBytesMax)
    return `The file has ${bytesWords(file.size)}; at most ${bytesWords(fileBytesMax)} can be attached.`;
  if (typeOfFile(file) === null)
    return `Files of this type cannot be attached. These can: ${MEDIA_TYPES.join(", ")}, and source code.`;
  return null;
}
