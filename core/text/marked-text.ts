// Shows bytes as text: UTF-8 as it is, every other byte as \xHH, so that nothing is shown that is not there.

// Well-formed sequences of more than one byte (Unicode 17, table 3-7), in bytes read as Latin-1 characters.
const sequence =
  "[\\xc2-\\xdf][\\x80-\\xbf]|\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}|\\xed[\\x80-\\x9f][\\x80-\\xbf]" +
  "|\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}";
const piece = new RegExp(`((?:[\\0-\\x7f]|${sequence})+)|([\\x80-\\xff])`, "g");
const incomplete = /(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})$/;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The note in a result that contains such bytes. */
export const markedBytesNote = "Bytes that are not UTF-8 are shown as \\xHH.";

export interface MarkedText {
  readonly text: string;
  /** Whether a byte is shown as \xHH. */
  readonly isMarked: boolean;
}

/** Bytes as text. The text itself may contain something that looks like \xHH: `isMarked` says whether a byte was marked. */
export function markedText(bytes: Uint8Array): MarkedText {
  try {
    return { text: strict.decode(bytes), isMarked: false };
  } catch {
    const text = withBytesAs(bytes, (byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`);
    return { text, isMarked: true };
  }
}

/** Decodes UTF-8. `show` turns each byte that is not UTF-8 into text. */
export function withBytesAs(bytes: Uint8Array, show: (byte: number) => string): string {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  return raw.replace(piece, (all: string, whole: string | undefined) =>
    whole === undefined ? show(all.charCodeAt(0)) : Buffer.from(whole, "latin1").toString("utf8"),
  );
}

/** Bytes without an incomplete character at their end. */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  const end = Buffer.from(bytes.subarray(-3)).toString("latin1");
  return bytes.subarray(0, bytes.length - incompleteLength(end));
}

/** How many bytes at the end of a text are an incomplete character. The text is bytes read as Latin-1 characters. */
export function incompleteLength(text: string): number {
  return incomplete.exec(text.slice(-3))?.[0].length ?? 0;
}
