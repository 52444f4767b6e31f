// Loads the files that a model request carries: once per call, as many as it takes, and all calls of a worker together no more than
// it can hold.
import { fileTextBytesMax, workerFileBytesMax } from "../../core/chat/limits.ts";
import { type ImageType, kindOf } from "../../core/file/media-type.ts";
import { filesIn, type Part, type ResultFile } from "../../core/part/part.ts";
import { chooseShownFiles } from "../../core/prompt/shown-files.ts";
import { base64Chars, type CarriedBytes, carriedBytesMin } from "../../models/http/carried-bytes.ts";
import type { PromptFile } from "../../models/provider.ts";
import type { Queryable } from "../../store/database.ts";
import { BlobMissing, gathered } from "../../store/file/blobs.ts";
import type { FileShelf } from "../../store/file/file-shelf.ts";
import { type FileRow, readFiles } from "../../store/file/files.ts";
import { type ByteRoom, createByteRoom } from "./byte-room.ts";

export interface LoadedFiles {
  /** Undefined: the messages name none. */
  readonly files: ReadonlyMap<string, PromptFile> | undefined;
  /** The call is over: its bytes count no more. */
  readonly release: () => void;
}

export interface FileLoader {
  /** @throws the signal's reason, or what the database throws; then nothing is held */
  load(messages: readonly { readonly content: readonly Part[] }[], signal: AbortSignal): Promise<LoadedFiles>;
}

const NONE: LoadedFiles = { files: undefined, release: () => undefined };

export function createFileLoader(
  db: Queryable,
  shelf: Pick<FileShelf, "read">,
  carried: CarriedBytes,
): FileLoader {
  const room = createByteRoom(workerFileBytesMax);
  return {
    async load(messages, signal) {
      const ids = messages.flatMap(({ content }) => filesForModels(content));
      if (ids.length === 0) return NONE;
      const rows = new Map((await readFiles(db, ids)).map((row) => [row.id, row]));
      return loadShown({ shelf, room, carried, rows, ids, signal });
    },
  };
}

function filesForModels(content: readonly Part[]): string[] {
  const files: readonly ResultFile[] = filesIn(content);
  return files.flatMap(({ file_id, for_people }) => (for_people === true ? [] : [file_id]));
}

interface LoadInput {
  readonly shelf: Pick<FileShelf, "read">;
  readonly room: ByteRoom;
  readonly carried: CarriedBytes;
  readonly rows: ReadonlyMap<string, FileRow>;
  /** In the order of the history. */
  readonly ids: readonly string[];
  readonly signal: AbortSignal;
}

async function loadShown({ shelf, room, carried, rows, ids, signal }: LoadInput): Promise<LoadedFiles> {
  const sized = ids.flatMap((file_id) => {
    const row = rows.get(file_id);
    return row === undefined ? [] : [{ file_id, bytes: shownBytes(row) }];
  });
  const shown = chooseShownFiles(sized);
  const bytes = [...shown].reduce((sum, id) => sum + shownBytes(rows.get(id) as FileRow), 0);
  const giveBack = await room.take(bytes, signal);
  const names: string[] = [];
  const release = () => {
    for (const name of names) carried.drop(name);
    giveBack();
  };
  const asData = (content: Buffer) => {
    if (content.byteLength < carriedBytesMin) return content.toString("base64");
    const name = carried.carry(content);
    names.push(name);
    return name;
  };
  try {
    const files = new Map<string, PromptFile>();
    for (const id of new Set(ids)) {
      signal.throwIfAborted();
      const row = rows.get(id);
      files.set(
        id,
        row === undefined ? DELETED : shown.has(id) ? await loadFile(shelf, row, asData) : LEFT_OUT,
      );
    }
    return { files, release };
  } catch (error) {
    release();
    throw error;
  }
}

const DELETED: PromptFile = { type: "unshown", words: "because it was deleted" };
const LEFT_OUT: PromptFile = {
  type: "unshown",
  words: "because the files of this conversation are too much for one request, and newer ones are shown",
};

function shownBytes({ media_type, size }: FileRow): number {
  return kindOf(media_type) === "text" ? Math.min(size, fileTextBytesMax) : size;
}

type AsData = (content: Buffer) => string;

async function loadFile(shelf: Pick<FileShelf, "read">, row: FileRow, asData: AsData): Promise<PromptFile> {
  try {
    const bytes = await gathered(shelf.read(row, shownBytes(row)));
    return promptFile(row, bytes, asData);
  } catch (error) {
    if (error instanceof BlobMissing) return DELETED;
    throw error;
  }
}

function promptFile({ media_type, size }: FileRow, bytes: Buffer, asData: AsData): PromptFile {
  switch (kindOf(media_type)) {
    case "image": {
      const chars = base64Chars(bytes.byteLength);
      // The cast is safe: it is a picture of a type that we take.
      return { type: "image", media_type: media_type as ImageType, data: asData(bytes), chars };
    }
    case "document":
      return { type: "document", data: asData(bytes) };
    default: {
      // A character that the limit cuts is left out.
      const text = new TextDecoder().decode(bytes, { stream: true });
      return { type: "text", text, size, is_cut: size > bytes.length };
    }
  }
}
