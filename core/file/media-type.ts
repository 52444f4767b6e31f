// Which kinds of files people may attach (SPEC C5), and how each is shown to models.

/** By media type, as stored: `text` is read by the server and shown as text. */
const KINDS = {
  "image/png": { kind: "image", extension: "png" },
  "image/jpeg": { kind: "image", extension: "jpg" },
  "image/gif": { kind: "image", extension: "gif" },
  "image/webp": { kind: "image", extension: "webp" },
  "application/pdf": { kind: "document", extension: "pdf" },
  "text/plain": { kind: "text", extension: "txt" },
  "text/csv": { kind: "text", extension: "csv" },
  "text/markdown": { kind: "text", extension: "md" },
  "application/json": { kind: "text", extension: "json" },
} as const;

export type MediaType = keyof typeof KINDS;
export type ImageType = "image/png" | "image/jpeg" | "image/gif" | "image/webp";
export type FileKind = "image" | "document" | "text";

export const MEDIA_TYPES = Object.keys(KINDS) as readonly MediaType[];

/** Other names that clients use for these types. */
const ALIASES: Readonly<Record<string, MediaType>> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "application/x-pdf": "application/pdf",
  "text/x-markdown": "text/markdown",
  "application/csv": "text/csv",
  "text/json": "application/json",
};

/** The type as we store it, from a name or a `Content-Type` header; null if we do not take such files. */
export function mediaTypeOf(declared: string): MediaType | null {
  const name = declared.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const known = ALIASES[name] ?? name;
  return Object.hasOwn(KINDS, known) ? (known as MediaType) : null;
}

export function kindOf(mediaType: string): FileKind | null {
  const known = mediaTypeOf(mediaType);
  return known === null ? null : KINDS[known].kind;
}

/** The name of a file that came without one. */
export function defaultFileName(mediaType: MediaType): string {
  return `file.${KINDS[mediaType].extension}`;
}
