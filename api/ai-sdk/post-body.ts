// What AI SDK clients post. They send the whole conversation with every message, and fields of their own. We take only the
// last message, and only that must follow our rules: the user's, or an answer in which tools have outputs and decisions.
import { z } from "zod";
import { Refusal } from "../../core/chat/refusal.ts";
import type { InputPart, JsonValue } from "../../core/part/part.ts";
import { isBlank } from "../../core/text/blank.ts";
import type { ApprovalDecision } from "../../store/turn/calls/decide-approvals.ts";
import type { ClientResult } from "../../store/turn/calls/submit-results.ts";
import { faultOfText } from "../http/check-input.ts";
import { filledText, messageId, uuid } from "../schemas/common.ts";
import { clientTools } from "../schemas/tools.ts";

const idCharsMax = 255;
/** The client's own name for a chat. */
export const clientChatId = filledText(idCharsMax).meta({ description: "The client's own id of the chat" });

const uiMessage = z
  .looseObject({
    id: z.string(),
    role: z.enum(["system", "user", "assistant"]),
    parts: z.array(z.looseObject({ type: z.string() })),
  })
  .meta({ id: "UiMessage", description: "A message as the AI SDK's clients keep it" });
export type UiMessage = z.output<typeof uiMessage>;

export const chatPost = z
  .looseObject({
    id: clientChatId,
    messages: z.array(uiMessage),
    trigger: z.enum(["submit-message", "regenerate-message"]).default("submit-message"),
    messageId: z.string().nullish().meta({ description: "The message that is replaced, or answered again" }),
    dynamic_tools: clientTools.optional().meta({ description: "Client-run tools of the turn" }),
  })
  .meta({ id: "UiChatPost" });

/** A message with which a page begins. */
export const storedUiMessage = uiMessage
  .extend({ metadata: z.looseObject({ chat_id: uuid, turn_id: messageId }) })
  .meta({ id: "StoredUiMessage" });

export interface PostedMessage {
  readonly id: string;
  readonly content: readonly InputPart[];
}

/** What the client's copy of an answer says about its tool calls, whether or not they still wait. */
export interface PostedAnswers {
  /** Of the client's message. */
  readonly id: string;
  readonly results: readonly ClientResult[];
  readonly decisions: readonly ApprovalDecision[];
}

/** For the model, as in the other calls. */
const reasonCharsMax = 2_000;

/**
 * The answers in the last message; null: the last message is the user's.
 * @param before how many messages were sent before these
 * @throws Refusal `invalid_request`
 */
export function postedAnswers(messages: readonly UiMessage[], before: number): PostedAnswers | null {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return null;
  const results = last.parts.flatMap(resultIn);
  const at = before + messages.length - 1;
  const decisions = last.parts.flatMap((part, i) => decisionIn(part, `messages[${at}].parts[${i}]`));
  return results.length + decisions.length === 0 ? null : { id: last.id, results, decisions };
}

type UiPart = UiMessage["parts"][number];

function resultIn({ toolCallId, state, preliminary, output, errorText }: UiPart): ClientResult[] {
  if (typeof toolCallId !== "string" || preliminary === true) return [];
  if (state === "output-available")
    return [{ tool_call_id: toolCallId, output: (output ?? null) as JsonValue }];
  if (state !== "output-error") return [];
  const error = typeof errorText === "string" ? errorText : "The tool failed.";
  return [{ tool_call_id: toolCallId, output: { error }, is_error: true }];
}

function decisionIn({ toolCallId, state, approval }: UiPart, where: string): ApprovalDecision[] {
  if (typeof toolCallId !== "string" || state !== "approval-responded") return [];
  const { approved, reason } = (approval ?? {}) as { approved?: unknown; reason?: unknown };
  if (typeof approved !== "boolean") return [];
  if (typeof reason !== "string") return [{ tool_call_id: toolCallId, approved }];
  // Parts are not checked as other input is: most of them is never stored.
  const message = faultOfText(reason);
  if (message !== null) throw fault(`${where}.approval.reason`, message);
  return [{ tool_call_id: toolCallId, approved, reason: reason.slice(0, reasonCharsMax).toWellFormed() }];
}

/**
 * The message that is posted: the last one.
 * @param before how many messages were sent before these
 * @throws Refusal `invalid_request`
 */
export function postedMessage(messages: readonly UiMessage[], before: number): PostedMessage {
  const last = messages.at(-1);
  const at = before + messages.length - 1;
  if (last === undefined) throw fault("messages", "must not be empty");
  if (last.role !== "user")
    throw fault(`messages[${at}].role`, "the last message must be the user's, or answer tool calls");
  const id = filledText(idCharsMax).safeParse(last.id);
  if (!id.success) throw fault(`messages[${at}].id`, `expected 1 to ${idCharsMax} characters`);
  return { id: last.id, content: contentOf(last, `messages[${at}]`) };
}

/** Data parts belong to the client and are not shown to models. */
function contentOf(message: UiMessage, path: string): InputPart[] {
  const content = message.parts.flatMap((part, i): InputPart[] => {
    if (part.type.startsWith("data-")) return [];
    const where = `${path}.parts[${i}]`;
    if (part.type === "file") return [fileOf(part, where)];
    if (part.type !== "text")
      throw fault(where, `parts of type ${part.type} are not taken; send text or files`);
    const { text } = part;
    if (typeof text !== "string") throw fault(`${where}.text`, "expected a text");
    return isBlank(text) ? [] : [{ type: "text", text }];
  });
  if (content.length === 0) throw fault(`${path}.parts`, "must have text in it, or a file");
  return content;
}

const FILE_URL = /^(?:https?:\/\/[^/]+)?\/v1\/files\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** A file by our own address. Its type and name are what its row says. */
function fileOf(part: UiMessage["parts"][number], where: string): InputPart {
  const { url } = part;
  const id = typeof url === "string" ? FILE_URL.exec(url)?.[1] : undefined;
  if (id === undefined)
    throw fault(`${where}.url`, "upload the file by POST /v1/files, and send /v1/files/{id} as its url");
  return { type: "file", file_id: id.toLowerCase(), media_type: "", name: "" };
}

function fault(path: string, message: string): Refusal {
  return new Refusal("invalid_request", `${path}: ${message}`, [{ path, message }]);
}
