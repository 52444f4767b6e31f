// Tests: odd answers played through a whole Everturn: scripted server, worker, store, reader, next request.
import type { Chat, LastError, Message } from "../../../core/chat/message.ts";
import { type Everturn, type EverturnOptions, type Json, startEverturn } from "../everturn.ts";
import type { ChatReader } from "../reader/chat-reader.ts";
import { soon } from "../soon.ts";
import { assertSettled } from "../turn/settled.ts";
import { type OddCase, scriptOf } from "./odd-case.ts";
import { type OddProvider, type OddRequest, type OddScript, startOddProvider } from "./odd-provider.ts";

export interface OddWorld {
  readonly everturn: Everturn;
  readonly server: OddProvider;
  stop(): Promise<void>;
}

export async function openOddWorld(options: EverturnOptions = {}): Promise<OddWorld> {
  const server = await startOddProvider();
  // A script counts requests: none may come twice because a busy machine took a healthy worker for lost.
  const env = {
    EVERTURN_ALLOW_PRIVATE_PROVIDERS: "1",
    EVERTURN_HEARTBEAT_TIMEOUT_MS: "30000",
    ...options.env,
  };
  const everturn = await startEverturn({ ...options, env });
  return {
    everturn,
    server,
    async stop() {
      await everturn.stop();
      await server.stop();
    },
  };
}

export interface OddModel {
  /** Of its provider and its script. */
  readonly name: string;
  readonly model_config_id: string;
  requests(): readonly OddRequest[];
  /** Another script for what is asked from now on. */
  follow(script: OddScript): void;
}

let names = 0;

/** A provider with an address of its own, and a model of it that follows the script. */
export async function oddModel(
  { everturn, server }: OddWorld,
  { dialect, config = {} }: Pick<OddCase, "dialect" | "config">,
  script: OddScript,
): Promise<OddModel> {
  const name = `odd-${++names}`;
  server.script(name, script);
  const base = `${server.url}/${name}`;
  const provider =
    dialect === "anthropic"
      ? { kind: "anthropic", base_url: base }
      : {
          kind: "openai-compatible",
          base_url: `${base}/v1`,
          api: dialect === "openai-chat" ? "chat_completions" : "responses",
        };
  const made = await everturn.call<Json>("POST", "/v1/model-providers", {
    name,
    api_key: "sk-odd",
    ...provider,
  });
  const { id } = await everturn.call<Json>("POST", "/v1/model-configs", {
    name,
    provider_id: made.id,
    model: "m",
    ...config,
  });
  return {
    name,
    model_config_id: id,
    requests: () => server.requests(name),
    follow: (next) => server.script(name, next),
  };
}

export interface OddChat {
  readonly chat: Chat;
  readonly reader: ChatReader;
  readonly model: OddModel;
  /** Waits for the chat's rest; what is stored then, which is what its reader shows. */
  settled(): Promise<{ stored: Message[]; error: LastError | null }>;
  /** Sends a message and waits for the end of its turn; as `settled`. */
  say(content: string, more?: Record<string, unknown>): ReturnType<OddChat["settled"]>;
}

/** A chat with this model, begun by a message. */
export async function oddChat(
  { everturn }: OddWorld,
  model: OddModel,
  more: Record<string, unknown> = {},
): Promise<OddChat> {
  const chat = await everturn.createChat("go", { model_config_id: model.model_config_id, ...more });
  const reader = everturn.reader(chat.id);
  const settled = async () => {
    const { status, history_version, last_error } = await soon("the chat is at rest", async () => {
      const now = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
      return (now.status === "waiting" || now.status === "error") && now;
    });
    await reader.until(
      "the reader is at rest too",
      (view) => view.caught_up && view.status === status && view.history_version === history_version,
    );
    return { stored: await assertSettled(everturn, chat.id, [reader]), error: last_error };
  };
  return {
    chat,
    reader,
    model,
    settled,
    async say(content, more = {}) {
      await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content, ...more });
      return settled();
    },
  };
}

/** A chat whose model gives a case's answers. */
export async function playCase(
  world: OddWorld,
  odd: OddCase,
  more: Record<string, unknown> = {},
): Promise<OddChat> {
  return oddChat(world, await oddModel(world, odd, scriptOf(odd)), more);
}
