// Names that are not UTF-8, as text. Inside the agent a byte that is none stands as a lone surrogate, U+DC00 and the byte, which no
// real name holds; models and people are shown it as \xHH, and may write it so.
import { withBytesAs } from "../../../../core/text/marked-text.ts";

const firstByte = 0xdc00;
// In a pair of surrogates the second one is a character's; these stand alone.
const loneByte = /(?<![\ud800-\udbff])[\udc80-\udcff]/g;
const writtenByte = /\\x([89A-F][0-9A-F])/g;

/** The name of these bytes. */
export function nameOf(bytes: Uint8Array): string {
  return withBytesAs(bytes, (byte) => String.fromCharCode(firstByte + byte));
}

/** A path as the system takes it. */
export function systemPath(path: string): string | Buffer {
  if (path.search(loneByte) < 0) return path;
  const pieces = path.split(new RegExp(`(${loneByte.source})`));
  return Buffer.concat(
    pieces.map((piece, at) =>
      at % 2 === 0 ? Buffer.from(piece) : Buffer.of(piece.charCodeAt(0) - firstByte),
    ),
  );
}

/** A name or path as it is shown: UTF-8, and \xHH for each byte that is none. */
export function shownName(name: string): string {
  return name.replaceAll(
    loneByte,
    (byte) => `\\x${(byte.charCodeAt(0) - firstByte).toString(16).toUpperCase()}`,
  );
}

/** The name with bytes that is meant by one as it was shown; null when it shows none. */
export function nameShownAs(shown: string): string | null {
  const name = shown.replaceAll(writtenByte, (_, hex: string) =>
    String.fromCharCode(firstByte + Number.parseInt(hex, 16)),
  );
  return name === shown ? null : name;
}

/** What a result says in which such a name is shown; null when there is none. */
export function namesNote(names: readonly string[]): string | null {
  if (names.every((name) => name.search(loneByte) < 0)) return null;
  return "Names that are not UTF-8 are shown with \\xHH for each byte that is none; give them as they are shown.";
}
