// The calls that the AI SDK's `useChat` and its transports make. A client names its chats itself.
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { commandBodyBytesMax, snapshotMessagesMax } from "../../core/chat/limits.ts";
import type { Message } from "../../core/chat/message.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import { interruptChat } from "../../store/chat/interrupt-chat.ts";
import {
  regenerateClientMessage,
  type SentClientMessage,
  sendClientMessage,
} from "../../store/chat/send-client-message.ts";
import { readChatRow } from "../../store/row/chat-row.ts";
import { findClientChat, readClientMessageNames } from "../../store/row/client-chats.ts";
import { listMessages } from "../../store/row/list-messages.ts";
import { toMessage } from "../../store/row/to-wire.ts";
import { readRunningTurn } from "../../store/stream/read-turn.ts";
import type { ApiDeps } from "../deps.ts";
import { type Caller, keyOf } from "../http/access/caller.ts";
import { type Route, route, TAKEN_OVER } from "../http/route.ts";
import { change, commit } from "../routes/chat/change.ts";
import { requireToolNames } from "../routes/chat/require-tool-names.ts";
import { messageId } from "../schemas/common.ts";
import { type AnsweredTurn, answerCalls } from "./answer-calls.ts";
import type { SdkVersion } from "./chunk.ts";
import {
  chatPost,
  clientChatId,
  postedAnswers,
  postedMessage,
  storedUiMessage,
  type UiMessage,
} from "./post-body.ts";
import { uiMessages } from "./ui-messages.ts";

const tag = "AI SDK";
const chatPath = z.object({ id: clientChatId });
/** All four calls take it, although two stream nothing, so that proxies can treat them alike. */
const sdkQuery = z.strictObject({
  sdk: z
    .enum(["5", "6", "7"])
    .default("5")
    .transform((version) => Number(version) as SdkVersion)
    .meta({
      description: "Major version of the client's `ai` package: which chunks it understands",
      override: { type: "string", enum: ["5", "6", "7"], default: "5" },
    }),
});
const uiStream = {
  description: "The turn as a UI message stream (`x-vercel-ai-ui-message-stream: v1`)",
  content_type: "text/event-stream",
};

export function aiSdkRoutes(deps: ApiDeps): Route[] {
  return [post(deps), resume(deps), load(deps), stop(deps)];
}

function post(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/ai-sdk/chat",
    summary: "Send a message or tool outputs from an AI SDK client, and stream the turn",
    description:
      "What `DefaultChatTransport` posts. The first message of an `id` creates the chat. Of `messages` the last one is taken, under its own id: posted again it begins no second turn, but streams the one it began. While a turn runs the message is queued, and the stream waits for its turn. A connection that closes stops nothing. If the last message is an answer whose tools have outputs (`addToolOutput`) or decisions (`addToolApprovalResponse`), those of calls that wait are taken, and the turn is streamed from there.",
    tag,
    access: { area: "chats" },
    query: sdkQuery,
    body: chatPost,
    example: {
      id: "my-chat",
      messages: [{ id: "message-1", role: "user", parts: [{ type: "text", text: "Tell me a story" }] }],
    },
    body_has_conversation: true,
    // The text that is taken is checked later; ids are checked like any other text.
    any_text: [
      ["messages", "parts"],
      ["messages", "metadata"],
    ],
    responses: { 200: uiStream },
    refusals: [
      "chat_not_found",
      "chat_archived",
      "message_not_found",
      "queue_full",
      "usage_limit_reached",
      "idempotency_key_reused",
      "not_awaiting_results",
      "results_incomplete",
      "nothing_to_regenerate",
      "transition_refused",
      "too_many_streams",
    ],
    async handler(input) {
      const { query, caller, raw } = input;
      // Admitted before the message is stored: a client that is turned away has sent nothing.
      const stream = deps.streams.admit(raw, caller);
      const taken = await take(deps, input);
      raw.response.locals["chatId"] = taken.sent.chat_id;
      const { client_message_id } = taken;
      const turn = { ...taken.sent, client_message_id, sdk: query.sdk };
      await deps.streamTurn(stream, turn, { marks_read: true });
      return TAKEN_OVER;
    },
  });
}

interface Asked {
  readonly owner_id: string;
  readonly client_id: string;
}

interface Taken {
  readonly sent: SentClientMessage | AnsweredTurn;
  readonly client_message_id: string | null;
}

type Post = z.output<typeof chatPost> & { readonly messages_before: number };

async function take(
  deps: ApiDeps,
  {
    body,
    messages_before,
    caller,
  }: { body: z.output<typeof chatPost>; messages_before: number; caller: Caller },
): Promise<Taken> {
  const asked = { owner_id: caller.user.id, client_id: body.id };
  if (body.trigger === "regenerate-message") return regenerate(deps, asked, body.messages);
  const answers = postedAnswers(body.messages, messages_before);
  if (answers === null) return send(deps, asked, { ...body, messages_before });
  const sent = await commit(deps, (unit) => answerCalls(unit, { ...asked, answers, key_id: keyOf(caller) }));
  return { sent, client_message_id: null };
}

async function send(deps: ApiDeps, asked: Asked, body: Post): Promise<Taken> {
  const { id: client_message_id, content } = postedMessage(body.messages, body.messages_before);
  const edits = body.messageId === client_message_id;
  await requireToolNames(deps, { client: { dynamic_tools: body.dynamic_tools } });
  const new_chat_id = uuidv7();
  const sent = await commit(deps, (unit) =>
    sendClientMessage(unit, {
      ...asked,
      new_chat_id,
      client_message_id,
      content,
      edits,
      tools: body.dynamic_tools,
    }),
  );
  return { sent, client_message_id };
}

async function regenerate(deps: ApiDeps, asked: Asked, messages: readonly UiMessage[]): Promise<Taken> {
  const client_message_id = messages.findLast(({ role }) => role === "user")?.id ?? null;
  const sent = await commit(deps, (unit) => regenerateClientMessage(unit, { ...asked, client_message_id }));
  return { sent, client_message_id };
}

function resume(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/ai-sdk/chat/{id}/stream",
    summary: "Stream the turn that runs, from its beginning",
    description:
      "What `resume: true` and `resumeStream()` call: what there is by now, each part in one piece, then live.",
    tag,
    access: { area: "chats" },
    params: chatPath,
    query: sdkQuery,
    responses: { 200: uiStream, 204: { description: "No turn runs, or there is no such chat yet" } },
    refusals: ["too_many_streams"],
    async handler({ params, query, caller, raw }) {
      const stream = deps.streams.admit(raw, caller);
      const { pool } = deps.store;
      const asked = { owner_id: caller.user.id, client_id: params.id };
      const chat_id = await findClientChat(pool, asked);
      const message_id = chat_id === null ? null : await readRunningTurn(pool, chat_id);
      if (chat_id === null || message_id === null) return { status: 204 };
      raw.response.locals["chatId"] = chat_id;
      const turn = { chat_id, message_id, client_message_id: null, sdk: query.sdk };
      await deps.streamTurn(stream, turn, { marks_read: caller.scope !== "read" });
      return TAKEN_OVER;
    },
  });
}

function load(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/ai-sdk/chat/{id}/messages",
    summary: "Read the chat as the messages that a page begins with",
    description: `Of at most ${snapshotMessagesMax} stored messages, the newest, whole turns. The answer of the turn that runs is left out: its stream tells it.`,
    tag,
    access: { area: "chats" },
    params: chatPath,
    query: sdkQuery,
    responses: { 200: { description: "UI messages, oldest first", schema: z.array(storedUiMessage) } },
    async handler({ params, query, caller }) {
      const { pool } = deps.store;
      const chat_id = await findClientChat(pool, { owner_id: caller.user.id, client_id: params.id });
      if (chat_id === null) return { status: 200, body: [] };
      const running_turn_id = await readRunningTurn(pool, chat_id);
      const page = await listMessages(pool, { chat_id, limit: snapshotMessagesMax });
      const names = await readClientMessageNames(pool, chat_id);
      const messages = wholeTurns(page.messages.map(toMessage).toReversed(), page.has_more);
      const { required_action } = (await readChatRow(pool, chat_id)) ?? { required_action: null };
      const history = { messages, names, running_turn_id, required_action, sdk: query.sdk };
      return { status: 200, body: uiMessages(history) };
    },
  });
}

/** Without the oldest turn if the page may have cut it, unless there is no other turn. */
function wholeTurns(messages: readonly Message[], has_more: boolean): readonly Message[] {
  const oldest = messages[0]?.turn_id;
  const whole = messages.filter(({ turn_id }) => turn_id !== oldest);
  return has_more && whole.length > 0 ? whole : messages;
}

function stop(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/ai-sdk/chat/{id}/stop",
    summary: "Interrupt the turn that runs",
    description:
      "What was streamed so far is kept. With the `turn_id` of the message that is shown (its metadata has it) that turn is stopped or nothing, else whichever runs. A client's own `stop()` only closes its connection.",
    tag,
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    query: sdkQuery,
    body: z.looseObject({ turn_id: messageId.optional() }).optional(),
    body_bytes_max: commandBodyBytesMax,
    responses: { 204: { description: "Interrupted, or nothing ran" } },
    refusals: ["chat_not_found", "chat_archived"],
    async handler(input) {
      const asked = { owner_id: input.caller.user.id, client_id: input.params.id };
      return change(deps, input, async (unit) => {
        const chat_id = await findClientChat(unit.tx, asked);
        if (chat_id === null) throw new Refusal("chat_not_found");
        const turn_id = input.body?.turn_id;
        const { owner_id } = asked;
        await interruptChat(unit, { chat_id, owner_id, ...(turn_id !== undefined && { turn_id }) });
        return { status: 204 };
      });
    },
  });
}
