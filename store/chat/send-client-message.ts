// Takes messages of clients that have their own ids for chats and messages. The id of a message is its idempotency key:
// posting it again starts no second turn.
import { isDeepStrictEqual } from "node:util";
import { Refusal } from "../../core/chat/refusal.ts";
import type { InputPart } from "../../core/part/part.ts";
import type { ClientTool } from "../../core/tool/client-tool.ts";
import {
  type ClientChat,
  type ClientMessage,
  claimClientChat,
  findClientChat,
  findClientMessage,
  nameClientMessage,
} from "../row/client-chats.ts";
import { lockInUnit, type Unit } from "../unit.ts";
import { createChat } from "./create-chat.ts";
import { editMessage } from "./edit-message.ts";
import { regenerate } from "./regenerate.ts";
import { sendMessage } from "./send-message.ts";

export interface ClientSend extends ClientChat {
  /** UUIDv7 for the chat, if there is none with this client id. */
  readonly new_chat_id: string;
  readonly client_message_id: string;
  readonly content: readonly InputPart[];
  /** Client-run tools of its turn. */
  readonly tools?: readonly ClientTool[] | undefined;
  /** A message with this id exists, and the new one replaces it and everything after it. */
  readonly edits: boolean;
}

/** A message in its chat, in the history or still queued. */
export interface SentClientMessage {
  readonly chat_id: string;
  readonly message_id: number;
}

/**
 * Takes a client's message. The first message of a chat creates the chat; a message that was taken before changes
 * nothing. Throws `Refusal` `message_not_found` (it was taken, and deleted since), `idempotency_key_reused` (other
 * content, and not an edit), and what `createChat`, `sendMessage` and `editMessage` throw.
 */
export async function sendClientMessage(unit: Unit, sent: ClientSend): Promise<SentClientMessage> {
  const known = await findClientChat(unit.tx, sent);
  const chat_id = known ?? (await claimClientChat(unit.tx, sent, sent.new_chat_id));
  const message_id =
    chat_id === sent.new_chat_id ? await beginChat(unit, sent) : await sendToChat(unit, chat_id, sent);
  return { chat_id, message_id };
}

async function beginChat(unit: Unit, sent: ClientSend): Promise<number> {
  const { new_chat_id: id, owner_id, content, tools: turn_tools } = sent;
  const { message } = await createChat(unit, { id, owner_id, content, turn_tools });
  await nameClientMessage(unit.tx, {
    chat_id: id,
    client_id: sent.client_message_id,
    message_id: message.id,
  });
  return message.id;
}

async function sendToChat(unit: Unit, chat_id: string, sent: ClientSend): Promise<number> {
  // Lock first: the same request may be sending this very message at the same time.
  if ((await lockInUnit(unit, chat_id)) === null) throw new Refusal("chat_not_found");
  const taken = await findClientMessage(unit.tx, chat_id, sent.client_message_id);
  if (taken !== null) return sendAgain(unit, chat_id, { ...sent, taken });
  const { owner_id, content, tools } = sent;
  const { queued_message, messages } = await sendMessage(unit, {
    chat_id,
    owner_id,
    content,
    tools,
    busy_behavior: "queue",
    created_by: owner_id,
  });
  const message_id = queued_message?.id ?? messages.at(-1)?.id;
  if (message_id === undefined) throw new Error(`a message to chat ${chat_id} went nowhere`);
  await nameClientMessage(unit.tx, { chat_id, client_id: sent.client_message_id, message_id });
  return message_id;
}

async function sendAgain(
  unit: Unit,
  chat_id: string,
  sent: ClientSend & { readonly taken: ClientMessage },
): Promise<number> {
  const { taken, content, owner_id } = sent;
  if (taken.place === "gone") throw new Refusal("message_not_found", "the message was taken, and cut since");
  if (isDeepStrictEqual(taken.content?.map(asNamed), content.map(asNamed))) return taken.message_id;
  if (!sent.edits || taken.place === "queue") {
    throw new Refusal("idempotency_key_reused", "another message was sent under this id");
  }
  const { message_id } = taken;
  const edited = await editMessage(unit, { chat_id, owner_id, message_id, content, created_by: owner_id });
  return edited.message.id;
}

/** A file is the same by its id, whatever the client calls it. */
function asNamed(part: InputPart): InputPart {
  return part.type === "file" ? { ...part, media_type: "", name: "" } : part;
}

/**
 * Answers a client's message again, or the newest one if it names none that is known. A message that is still queued
 * waits for its turn. Throws `Refusal` `chat_not_found`, `nothing_to_regenerate`, and what `regenerate` throws.
 */
export async function regenerateClientMessage(
  unit: Unit,
  asked: ClientChat & { readonly client_message_id: string | null },
): Promise<SentClientMessage> {
  const { owner_id, client_message_id } = asked;
  const chat_id = await findClientChat(unit.tx, asked);
  if (chat_id === null || (await lockInUnit(unit, chat_id)) === null) throw new Refusal("chat_not_found");
  const taken =
    client_message_id === null ? null : await findClientMessage(unit.tx, chat_id, client_message_id);
  if (taken?.place === "queue") return { chat_id, message_id: taken.message_id };
  const message_id = taken?.place === "history" ? taken.message_id : undefined;
  const { message } = await regenerate(unit, { chat_id, owner_id, message_id, created_by: owner_id });
  return { chat_id, message_id: message.id };
}
