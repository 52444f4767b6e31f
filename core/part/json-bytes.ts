// Counts bytes of text as JSON and as UTF-8. Written by hand, because core runs in browsers, too.

/** UTF-8 bytes of the character at `at`, as JSON writes it inside quotes. A surrogate pair is one character. */
function jsonBytesAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0x20) return unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13 ? 2 : 6;
  if (unit === 0x22 || unit === 0x5c) return 2;
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  if (unit < 0xd800 || unit > 0xdfff) return 3;
  // A lone surrogate is escaped: \udXXX.
  return isPairAt(text, at) ? 4 : 6;
}

function isPairAt(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  const low = text.charCodeAt(at + 1);
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
}

/** Bytes of a text as JSON writes it, without quotes. */
export function jsonTextBytes(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += isPairAt(text, at) ? 2 : 1) bytes += jsonBytesAt(text, at);
  return bytes;
}

/** Cuts text into pieces of at most `bytesMax` bytes each as JSON, never inside a character. */
export function cutJsonText(text: string, bytesMax: number): string[] {
  const pieces: string[] = [];
  let start = 0;
  let bytes = 0;
  for (let at = 0; at < text.length; ) {
    const size = jsonBytesAt(text, at);
    if (bytes + size > bytesMax && at > start) {
      pieces.push(text.slice(start, at));
      start = at;
      bytes = 0;
    }
    bytes += size;
    at += isPairAt(text, at) ? 2 : 1;
  }
  if (start < text.length) pieces.push(text.slice(start));
  return pieces;
}

/** UTF-8 bytes of a text. A lone surrogate counts as the three bytes of its replacement character. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (isPairAt(text, at)) {
      bytes += 4;
      at++;
    } else bytes += 3;
  }
  return bytes;
}
