// Tests: the AI SDK's own clients of majors 5, 6 and 7, as an application has them, against our endpoints over real HTTP.
import {
  type ChatSettings,
  type ClientChat,
  kits,
  type UiMessage,
  type UiPart,
  type UseChat,
} from "../../clients/ai-kits.mjs";

export type { ClientChat, UiMessage, UiPart };

export const MAJORS = [5, 6, 7] as const;
export type Major = (typeof MAJORS)[number];
/** The first release, the middle and the last before 5.0.92, which learnt a field: they refuse what they do not know. */
export const OLDER_5 = ["5.0.0", "5.0.60", "5.0.91"] as const;
export type Client = Major | (typeof OLDER_5)[number];

export interface Server {
  readonly url: string;
  readonly key: string;
  /** What an application adds to each post. */
  readonly body?: object;
}

/** A server of an application, between its pages and the API. */
export interface Proxy {
  readonly proxy: string;
}

/** The transport that `useChat` has by default, told where the API is and which chunks its version takes. */
export function clientTransport(client: Client, server: Server | Proxy): object {
  if ("proxy" in server) return new kits[client].DefaultChatTransport({ api: server.proxy });
  const { url, key, body } = server;
  // Clients of version 5 name none: they get what all of its releases take.
  const query = client === 6 || client === 7 ? `?sdk=${client}` : "";
  return new kits[client].DefaultChatTransport({
    api: `${url}/ai-sdk/chat${query}`,
    headers: { authorization: `Bearer ${key}` },
    ...(body !== undefined && { body }),
    // The default adds `/<id>/stream` to the path and, in older versions, behind the query.
    prepareReconnectToStreamRequest: ({ id }: { id: string }) => ({
      api: `${url}/ai-sdk/chat/${encodeURIComponent(id)}/stream${query}`,
    }),
  });
}

/** The messages with which a page is loaded. */
export async function loadMessages({ url, key }: Server, id: string, sdk = 5): Promise<readonly UiMessage[]> {
  const headers = { authorization: `Bearer ${key}` };
  const path = `/ai-sdk/chat/${encodeURIComponent(id)}/messages?sdk=${sdk}`;
  const response = await fetch(`${url}${path}`, { headers });
  return (await response.json()) as readonly UiMessage[];
}

export function useChatOf(client: Client): UseChat {
  return kits[client].useChat;
}

/** A chat as a page has it. Another one of the same id is another tab, or the page after a reload. */
export function openChat(
  client: Client,
  server: Server | Proxy,
  chat: Pick<ChatSettings, "id" | "messages" | "onData">,
): ClientChat {
  const { Chat } = kits[client];
  return new Chat({ ...chat, transport: clientTransport(client, server) });
}

/** A chat that posts by itself when its tool calls are answered. */
export function openAnsweringChat(
  client: Client,
  server: Server,
  chat: Pick<ChatSettings, "id" | "messages">,
): ClientChat {
  const { Chat, complete } = kits[client];
  return new Chat({
    ...chat,
    transport: clientTransport(client, server),
    sendAutomaticallyWhen: (state) => complete.some((judge) => judge(state)),
  });
}

/** What a client of this version makes of the body of a response: it judges each chunk, and throws at what it does not take. */
export async function reduceBody(client: Client, body: string): Promise<UiMessage | undefined> {
  const { DefaultChatTransport, readUIMessageStream } = kits[client];
  const transport = new DefaultChatTransport({ fetch: () => Promise.resolve(new Response(body)) });
  const stream = await transport.sendMessages({ chatId: "c", messages: [], trigger: "submit-message" });
  const failures: unknown[] = [];
  let last: UiMessage | undefined;
  for await (const message of readUIMessageStream({ stream, onError: (error) => failures.push(error) })) {
    last = message;
  }
  if (failures.length > 0) throw failures[0];
  return last;
}

const WAIT_MS = 60_000;

/** Resolves when the chat is as wanted; looks at each change of it. */
export async function untilShown(
  what: string,
  chat: ClientChat,
  holds: (chat: ClientChat) => boolean,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (holds(chat)) finish();
    };
    const leave = [chat["~registerMessagesCallback"](look), chat["~registerStatusCallback"](look)];
    const timer = setTimeout(() => {
      finish(
        new Error(
          `not in time: ${what}; ${chat.status} ${chat.error?.message ?? ""}: ${JSON.stringify(chat.messages)}`,
        ),
      );
    }, WAIT_MS);
    const finish = (error?: Error) => {
      clearTimeout(timer);
      for (const end of leave) end();
      if (error === undefined) resolve();
      else reject(error);
    };
    look();
  });
}

/** What a message shows. In versions 5 and 6 a step that ends in a reset is withdrawn, as the docs tell applications. */
export function shownParts(message: UiMessage | undefined): readonly UiPart[] {
  return (message?.parts ?? []).reduce<readonly UiPart[]>((kept, part) => {
    if (part.type !== "data-everturn-reset") return [...kept, part];
    return kept.slice(
      0,
      kept.findLastIndex(({ type }) => type === "step-start"),
    );
  }, []);
}

export function shownText(message: UiMessage | undefined): string {
  return shownParts(message)
    .map((part) => (part.type === "text" ? (part.text ?? "") : ""))
    .join("");
}
