// Holds the bytes of a file against its type while they pass, so that nothing false is kept: a provider refuses a whole history
// for one picture that is none.
import { fileTypeFromBuffer } from "file-type";
import { Refusal } from "../../core/chat/refusal.ts";
import { kindOf, type MediaType, mediaTypeOf } from "../../core/file/media-type.ts";

/** What the sniffer looks at (file-type's `minimumBytes`). */
const headBytes = 4_100;
/** Where readers of PDF look for its end. */
const tailBytes = 1_024;
const NUL = 0;

export interface ByteCheck {
  /** The next bytes. Throws `Refusal` `file_refused`. */
  take(chunk: Uint8Array): Promise<void>;
  /** There are no more. Throws `Refusal` `file_refused`. */
  end(): Promise<void>;
}

export function refusedFile(detail: string): Refusal {
  return new Refusal("file_refused", detail, [{ path: "body", message: detail }]);
}

export function createByteCheck(mediaType: MediaType): ByteCheck {
  const head = createHeadCheck(mediaType);
  const body = kindOf(mediaType) === "text" ? createTextCheck(mediaType) : createTailCheck(mediaType);
  let size = 0;
  return {
    async take(chunk) {
      size += chunk.length;
      await head.take(chunk);
      body.take(chunk);
    },
    async end() {
      if (size === 0) throw refusedFile("the file is empty");
      await head.end();
      body.end();
    },
  };
}

/** By the end of a name; other text is plain. */
const TEXT_NAMES: readonly (readonly [RegExp, MediaType])[] = [
  [/\.csv$/i, "text/csv"],
  [/\.json$/i, "application/json"],
  [/\.(md|markdown)$/i, "text/markdown"],
];

/** The type of a file that nobody has declared: by its bytes, and, where they are text, by its name. Null: none that we take. */
export async function typeOfBytes(name: string, bytes: Uint8Array): Promise<MediaType | null> {
  const found = await sniffedType(bytes.subarray(0, headBytes));
  if (found !== null) return found;
  if (bytes.subarray(0, headBytes).includes(NUL)) return null;
  return TEXT_NAMES.find(([ending]) => ending.test(name))?.[1] ?? "text/plain";
}

/** The type that the first bytes show; null if it is none that we take, which text never is. */
async function sniffedType(head: Uint8Array): Promise<MediaType | null> {
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  return found === undefined ? null : mediaTypeOf(found.mime);
}

function createHeadCheck(mediaType: MediaType): ByteCheck {
  let held: Uint8Array[] | null = [];
  let size = 0;
  const look = async () => {
    if (held === null) return;
    const found = await sniffedType(Buffer.concat(held));
    held = null;
    const isText = kindOf(mediaType) === "text";
    if (isText ? found === null || kindOf(found) === "text" : found === mediaType) return;
    const seen = found === null ? "its bytes are no such file" : `its bytes are ${found}`;
    throw refusedFile(`it is declared as ${mediaType}, but ${seen}`);
  };
  return {
    async take(chunk) {
      if (held === null) return;
      held.push(chunk);
      size += chunk.length;
      if (size >= headBytes) await look();
    },
    end: look,
  };
}

interface BodyCheck {
  take(chunk: Uint8Array): void;
  end(): void;
}

/** Text is UTF-8 without NUL. JSON is not parsed, for ten megabytes of it would block; it must begin as JSON does. */
function createTextCheck(mediaType: MediaType): BodyCheck {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let start = "";
  const decode = (chunk?: Uint8Array) => {
    try {
      const text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
      if (start === "") start = text.trimStart().slice(0, 1);
    } catch {
      throw refusedFile(`it is declared as ${mediaType}, but its bytes are not UTF-8`);
    }
  };
  return {
    take(chunk) {
      if (chunk.includes(NUL)) throw refusedFile(`it is declared as ${mediaType}, but has NUL bytes in it`);
      decode(chunk);
    },
    end() {
      decode();
      if (mediaType === "application/json" && !/^[{["\-\dtfn]/.test(start))
        throw refusedFile("it is declared as application/json, but does not begin as JSON does");
    },
  };
}

/** A file that was cut on its way has no end: a PDF without one has no pages either. */
function createTailCheck(mediaType: MediaType): BodyCheck {
  let tail: Buffer = Buffer.alloc(0);
  return {
    take(chunk) {
      tail = Buffer.concat([tail, chunk.subarray(-tailBytes)]).subarray(-tailBytes);
    },
    end() {
      const missing = MISSING_END[mediaType]?.(tail.toString("latin1"));
      if (missing === true) throw refusedFile(`the ${mediaType} is not complete: its end is missing`);
    },
  };
}

const MISSING_END: Partial<Record<MediaType, (tail: string) => boolean>> = {
  "application/pdf": (tail) => !/startxref\s+\d+\s+%%EOF/.test(tail),
  "image/png": (tail) => !tail.includes("IEND"),
};
