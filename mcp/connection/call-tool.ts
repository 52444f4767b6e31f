// One call of a tool on an open connection, and the questions that its server asks meanwhile.
import {
  type CallToolResult,
  type Client,
  type ElicitRequest,
  type ElicitResult,
  isInputRequiredResult,
  type Progress,
  SdkError,
  SdkErrorCode,
} from "@modelcontextprotocol/client";
import type { QuestionAnswer } from "../../core/tool/question.ts";
import { callMs, callTotalMs } from "../limits.ts";
import { createSilence, type Silence } from "./silence.ts";

export interface McpCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The chat that calls. */
  readonly chat_id: string;
  /** Aborted: the server is told that nobody waits any more. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Asks a person while the call goes on. `signal` is aborted when the server no longer waits. */
  readonly ask: (question: ElicitRequest["params"], signal: AbortSignal) => Promise<ElicitResult>;
  /** A question that could not be asked. */
  readonly onDeclined: (question: string, why: string) => void;
  /** Absent: the call is made for the first time. */
  readonly resume?: McpResume | undefined;
}

/** What a call that is made again brings along. */
export interface McpResume {
  /** Exactly as the server gave it; null: it gave none. */
  readonly state: string | null;
  /** By the server's own names of the questions. */
  readonly responses: Readonly<Record<string, QuestionAnswer>>;
}

export type McpAnswer =
  | { readonly type: "done"; readonly result: CallToolResult; readonly notes: readonly string[] }
  /** The call ends here, and is to be made again with the answers. */
  | {
      readonly type: "asks";
      readonly requests: Readonly<Record<string, unknown>>;
      readonly state: string | null;
    };

/** What is under way on a connection. */
export interface CallsUnderWay {
  readonly calls: Set<{ readonly call: McpCall; readonly silence: Silence }>;
  /** Chats whose calls were given up while the server may still work on them, and ask. */
  readonly strays: Set<string>;
}

const AMONG_OTHERS =
  "Other calls were under way on the same connection, so that nobody could tell which chat it was meant for";

/** Throws what the library throws. */
export async function callTool(client: Client, under: CallsUnderWay, call: McpCall): Promise<McpAnswer> {
  const silence = createSilence(callMs, () => new SdkError(SdkErrorCode.RequestTimeout, "Request timed out"));
  const entry = { call, silence };
  under.calls.add(entry);
  const signal = AbortSignal.any([call.signal, silence.signal]);
  const onprogress = (progress: Progress) => {
    silence.beat();
    call.onProgress(progress);
  };
  try {
    const limits = { timeout: callTotalMs, maxTotalTimeout: callTotalMs, allowInputRequired: true };
    const result: unknown = await client.callTool(paramsOf(call), { ...limits, signal, onprogress });
    if (!isInputRequiredResult(result)) return { type: "done", result: result as CallToolResult, notes: [] };
    return { type: "asks", requests: { ...result.inputRequests }, state: result.requestState ?? null };
  } finally {
    if (signal.aborted) under.strays.add(call.chat_id);
    silence.end();
    under.calls.delete(entry);
  }
}

function paramsOf({ tool, args, resume }: McpCall) {
  const params = { name: tool, arguments: { ...args } };
  if (resume === undefined) return params;
  const { state, responses } = resume;
  return {
    ...params,
    ...(Object.keys(responses).length > 0 && { inputResponses: responses }),
    ...(state !== null && { requestState: state }),
  };
}

/**
 * A question on an open connection does not say which call it belongs to. It is asked in the chat of the only call that can be
 * meant, else declined: a question must never reach another chat.
 */
export async function askOnLine(
  { calls, strays }: CallsUnderWay,
  question: ElicitRequest["params"],
  { signal, onAmongOthers }: { readonly signal: AbortSignal; readonly onAmongOthers: () => void },
): Promise<ElicitResult> {
  const [only, ...others] = calls;
  const isClear = only !== undefined && [...strays].every((chat) => chat === only.call.chat_id);
  if (only !== undefined && isClear && others.length === 0)
    return only.silence.during(() => only.call.ask(question, signal));
  if (others.length > 0) onAmongOthers();
  for (const { call } of calls) call.onDeclined(question.message, AMONG_OTHERS);
  return { action: "decline" };
}
