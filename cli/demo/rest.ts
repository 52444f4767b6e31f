// Calls the public REST API, and knows nothing else.
import type { Chat, Message, QueuedMessage } from "../../core/chat/message.ts";

export interface Rest {
  createChat(body: NewChat): Promise<Chat>;
  send(chatId: string, content: string): Promise<SendAnswer>;
  edit(
    chatId: string,
    messageId: number,
    content: string,
  ): Promise<{ message: Message; deleted_message_ids: number[] }>;
  interrupt(chatId: string): Promise<Chat>;
  approve(chatId: string, toolCallIds: readonly string[]): Promise<Chat>;
  /** A new chat with the history up to this message. */
  fork(chatId: string, messageId: number): Promise<Chat>;
  /** Makes the MCP server at this address known, in place of one that an earlier demo has left. Returns its id. */
  addMcpServer(server: { slug: string; name: string; url: string }): Promise<string>;
  deleteMcpServer(id: string): Promise<void>;
  chat(chatId: string): Promise<Chat>;
  /** The stored messages, oldest first. */
  messages(chatId: string): Promise<Message[]>;
}

export interface NewChat {
  /** Absent: an empty chat. */
  readonly content?: string;
  readonly title: string;
  readonly project_path?: string;
  readonly mcp_server_ids?: readonly string[];
}

export interface SendAnswer {
  readonly queued: boolean;
  readonly messages: readonly Message[];
  readonly queued_message?: QueuedMessage;
}

interface McpServers {
  readonly items: readonly { readonly id: string; readonly slug: string; readonly name: string }[];
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
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };
  const at = (chatId: string) => `/v1/chats/${chatId}`;
  return {
    createChat: (body) => call("POST", "/v1/chats", body),
    send: (chatId, content) => call("POST", `${at(chatId)}/messages`, { content }),
    edit: (chatId, id, content) => call("PATCH", `${at(chatId)}/messages/${id}`, { content }),
    interrupt: (chatId) => call("POST", `${at(chatId)}/interrupt`),
    approve(chatId, toolCallIds) {
      const decisions = toolCallIds.map((tool_call_id) => ({ tool_call_id, approved: true }));
      return call("POST", `${at(chatId)}/approvals`, { decisions });
    },
    fork: (chatId, message_id) => call("POST", `${at(chatId)}/fork`, { message_id }),
    async addMcpServer({ slug, name, url }) {
      const { items } = await call<McpServers>("GET", "/v1/mcp-servers");
      for (const left of items.filter((each) => each.slug === slug && each.name === name))
        await call("DELETE", `/v1/mcp-servers/${left.id}`);
      const transport = { type: "http", url };
      const { id } = await call<{ id: string }>("POST", "/v1/mcp-servers", { slug, name, transport });
      return id;
    },
    deleteMcpServer: (id) => call("DELETE", `/v1/mcp-servers/${id}`),
    chat: (chatId) => call("GET", at(chatId)),
    async messages(chatId) {
      const path = `${at(chatId)}/messages?limit=${MESSAGES_MAX}`;
      const { messages } = await call<{ messages: Message[] }>("GET", path);
      return messages.toSorted((a, b) => a.id - b.id);
    },
  };
}
