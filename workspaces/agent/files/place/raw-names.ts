// Encodes names that are not UTF-8 as text. Inside the agent such a byte is a lone surrogate (U+DC00 plus the byte), which no real name
// contains. Models and people see it as \xHH and can write it so.
import { withBytesAs } from "../../../../core/text/marked-text.ts";

const firstByte = 0xdc00;
// Not the second half of a surrogate pair.
const loneByte = /(?<![\ud800-\udbff])[\udc80-\udcff]/g;
const writtenByte = /\\x([89A-F][0-9A-F])/g;

/** Bytes as a name. */
export function nameOf(bytes: Uint8Array): string {
  return withBytesAs(bytes, (byte) => String.fromCharCode(firstByte + byte));
}

/** A path for system calls. */
export function systemPath(path: string): string | Buffer {
  if (path.search(loneByte) < 0) return path;
  const pieces = path.split(new RegExp(`(${loneByte.source})`));
  return Buffer.concat(
    pieces.map((piece, at) =>
      at % 2 === 0 ? Buffer.from(piece) : Buffer.of(piece.charCodeAt(0) - firstByte),
    ),
  );
}

/** A name or path as it is shown: \xHH for each byte that is not UTF-8. */
export function shownName(name: string): string {
  return name.replaceAll(
    loneByte,
    (byte) => `\\x${(byte.charCodeAt(0) - firstByte).toString(16).toUpperCase()}`,
  );
}

/** The name that is shown as `shown`; null if it contains no \xHH. */
export function nameShownAs(shown: string): string | null {
  const name = shown.replaceAll(writtenByte, (_, hex: string) =>
    String.fromCharCode(firstByte + Number.parseInt(hex, 16)),
  );
  return name === shown ? null : name;
}

/** The note of a result that shows such names; null if there are none. */
export function namesNote(names: readonly string[]): string | null {
  if (names.every((name) => name.search(loneByte) < 0)) return null;
  return "Names that are not UTF-8 are shown with \\xHH for each byte that is none; give them as they are shown.";
}
