// How a file of a workspace can be looked at, by its name, its size and its bytes.

/** The file that somebody has opened. */
export interface ChosenFile {
  readonly path: string;
  readonly name: string;
  readonly size: number;
}

/** Larger texts make the page slow, and nobody reads them in a browser. */
export const shownTextBytesMax = 1024 * 1024;
/** Images are held in memory as text of data URLs. */
export const shownImageBytesMax = 8 * 1024 * 1024;
/** What the API loads of a workspace at most. */
export const loadedBytesMax = 64 * 1024 * 1024;

/** Raster images alone: an SVG is a document that can hold scripts, and is shown as text. */
const IMAGE_TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  bmp: "image/bmp",
  ico: "image/x-icon",
};

export type FilePlan =
  | { readonly type: "image"; readonly media_type: string }
  | { readonly type: "text" }
  | { readonly type: "too-large"; readonly shownMax: number };

/** What to do with a file before its bytes are there. */
export function planToShow(name: string, size: number): FilePlan {
  const media_type = IMAGE_TYPES[extensionOf(name)];
  if (media_type !== undefined) {
    return size > shownImageBytesMax
      ? { type: "too-large", shownMax: shownImageBytesMax }
      : { type: "image", media_type };
  }
  return size > shownTextBytesMax ? { type: "too-large", shownMax: shownTextBytesMax } : { type: "text" };
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/** @returns null when the bytes are no text: not UTF-8, or with zero bytes in it */
export function textOf(bytes: Uint8Array): string | null {
  if (bytes.subarray(0, 8_192).includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
