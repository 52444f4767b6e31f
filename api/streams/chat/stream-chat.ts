// Streams one chat to somebody who may read it (`GET /v1/chats/{chat}/stream`, `GET /shared/{token}/stream`).
import { snapshotMessagesDefault } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { OpenStream } from "../open-stream.ts";
import { followWatch, holdReady } from "../serve-stream.ts";
import type { HeldWatch } from "../watches.ts";
import type { ChatHub } from "./chat-hub.ts";
import type { Hubs } from "./hubs.ts";
import { type MarkReadDeps, markVisit } from "./mark-read.ts";
import { decodeCursor } from "./model/cursor.ts";
import { sharedView } from "./shared-view.ts";

export interface StreamChatDeps extends MarkReadDeps {
  readonly hubs: Pick<Hubs, "hold">;
}

export interface AskedStream {
  readonly chat_id: string;
  /** Where the reader left off; undefined: it begins. */
  readonly cursor: string | undefined;
  /** Newest messages of a snapshot. */
  readonly messages?: number | undefined;
  readonly marks_read: boolean;
  /** The reader has a share of somebody else's chat, and sees no more than that shows. */
  readonly shared?: boolean;
}

/** Streams a chat. Throws `Refusal` before it has sent anything. */
export type StreamChat = (stream: OpenStream, asked: AskedStream) => Promise<void>;

export function createStreamChat(deps: StreamChatDeps): StreamChat {
  return async (stream, { chat_id, cursor, messages, marks_read, shared }) => {
    const held = await holdHub(deps.hubs, chat_id, stream);
    if (held === null) return;
    const { watch, isNew } = held;
    if (marks_read && stream.request.method !== "HEAD") markVisit(deps, chat_id, stream);
    followWatch(stream, {
      watch: shared === true ? sharedView(watch) : watch,
      place: {
        cursor: decodeCursor(chat_id, cursor),
        taken: null,
        messagesMax: messages ?? snapshotMessagesDefault,
      },
      // The first snapshot must contain everything that happened before the request.
      before: isNew ? undefined : () => watch.refresh(),
    });
  };
}

/** The hub of a chat; null when the reader has left meanwhile. Throws `Refusal` when the chat is gone or this replica stops. */
export async function holdHub(
  hubs: Pick<Hubs, "hold">,
  chatId: string,
  stream: OpenStream,
): Promise<HeldWatch<ChatHub> | null> {
  const held = await holdReady(hubs, chatId, stream);
  if (held?.watch.ended === "deleted") throw new Refusal("chat_not_found");
  if (held?.watch.ended === "retry") throw new Refusal("draining");
  return held;
}
