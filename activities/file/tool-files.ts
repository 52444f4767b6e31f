// Keeps what tools make as files of their chat, and gives them what the chat has.
import { Refusal } from "../../core/chat/refusal.ts";
import { mendedFileName } from "../../core/file/file-name.ts";
import { defaultFileName, MEDIA_TYPES } from "../../core/file/media-type.ts";
import { quoted } from "../../core/text/quoted.ts";
import type { Queryable } from "../../store/database.ts";
import { BlobMissing, gathered } from "../../store/file/blobs.ts";
import { typeOfBytes } from "../../store/file/check-bytes.ts";
import type { FileShelf } from "../../store/file/file-shelf.ts";
import { type FileRow, listChatFiles } from "../../store/file/files.ts";
import type { ChatRow } from "../../store/row/chat-row.ts";
import type { ToolContext } from "../../tools/tool.ts";
import { ToolError } from "../../tools/tool-error.ts";

/** The file is named by the message that began the turn until the tool's result is in the history. */
export function toolFileKeeper(
  shelf: Pick<FileShelf, "keepKnown">,
  chat: Pick<ChatRow, "id" | "owner_id">,
  turnId: number,
): ToolContext["keepFile"] {
  return async ({ name, bytes }) => {
    const media_type = await typeOfBytes(name, bytes);
    if (media_type === null) {
      throw new ToolError("Files of this type cannot be attached.", `These can: ${MEDIA_TYPES.join(", ")}.`);
    }
    try {
      const row = await shelf.keepKnown({
        owner_id: chat.owner_id,
        name: mendedFileName(name, defaultFileName(media_type)),
        media_type,
        origin: "tool",
        bytes,
        named_by: { chat_id: chat.id, message_id: turnId },
      });
      return { type: "file", file_id: row.id, media_type: row.media_type, name: row.name };
    } catch (error) {
      if (error instanceof Refusal) throw new ToolError(`The file cannot be attached: ${error.message}.`);
      throw error;
    }
  };
}

/** Names that an error lists. */
const listedNamesMax = 20;

export function chatFileLoader(
  db: Queryable,
  shelf: Pick<FileShelf, "read">,
  chatId: string,
): ToolContext["loadFile"] {
  return async (asked) => {
    const files = await listChatFiles(db, chatId);
    const found = files.find(({ id }) => id === asked) ?? files.find(({ name }) => name === asked);
    if (found === undefined) throw unknownFile(asked, files);
    try {
      const bytes = await gathered(shelf.read(found));
      return { name: found.name, media_type: found.media_type, bytes };
    } catch (error) {
      if (error instanceof BlobMissing) throw new ToolError(`${quoted(asked)} was deleted.`);
      throw error;
    }
  };
}

function unknownFile(asked: string, files: readonly Pick<FileRow, "name">[]): ToolError {
  const words = `This conversation has no file ${quoted(asked)}.`;
  if (files.length === 0) return new ToolError(words, "It has none at all: ask the user to attach it.");
  const names = [...new Set(files.map(({ name }) => quoted(name)))];
  const more = names.length > listedNamesMax ? ", and more" : "";
  return new ToolError(words, `It has: ${names.slice(0, listedNamesMax).join(", ")}${more}.`);
}
