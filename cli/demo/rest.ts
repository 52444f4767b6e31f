// Calls the public REST API, and knows nothing else.
import type { Chat, Message, QueuedMessage } from "../../core/chat/message.ts";

export interface Rest {
  createChat(body: { content: string; title: string; project_path?: string }): Promise<Chat>;
  send(chatId: string, content: string): Promise<SendAnswer>;
  edit(
    chatId: string,
    messageId: number,
    content: string,
  ): Promise<{ message: Message; deleted_message_ids: number[] }>;
  interrupt(chatId: string): Promise<Chat>;
  chat(chatId: string): Promise<Chat>;
  /** The stored messages, oldest first. */
  messages(chatId: string): Promise<Message[]>;
}

export interface SendAnswer {
  readonly queued: boolean;
  readonly messages: readonly Message[];
  readonly queued_message?: QueuedMessage;
}

const MESSAGES_MAX = 200;

/** If a call is refused, throws an Error with the words of the answer. */
export function createRest(apiUrl: string, apiKey: string): Rest {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(apiUrl + path, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  };
  const at = (chatId: string) => `/v1/chats/${chatId}`;
  return {
    createChat: (body) => call("POST", "/v1/chats", body),
    send: (chatId, content) => call("POST", `${at(chatId)}/messages`, { content }),
    edit: (chatId, id, content) => call("PATCH", `${at(chatId)}/messages/${id}`, { content }),
    interrupt: (chatId) => call("POST", `${at(chatId)}/interrupt`),
    chat: (chatId) => call("GET", at(chatId)),
    async messages(chatId) {
      const path = `${at(chatId)}/messages?limit=${MESSAGES_MAX}`;
      const { messages } = await call<{ messages: Message[] }>("GET", path);
      return messages.toSorted((a, b) => a.id - b.id);
    },
  };
}
