// `advisor`: a second model is asked about the agent's plan (SPEC C7). The deployment names it; without a name there is no such tool.
import { z } from "zod";
import type { Part } from "../../core/part/part.ts";
import {
  ADVISOR,
  ADVISOR_SYSTEM_PROMPT,
  adviceCharsMax,
  adviceMs,
  advicePerTurnMax,
  adviceRequest,
  questionCharsMax,
  timesAsked,
} from "../../core/plan/advisor-prompt.ts";
import { afterBoundary } from "../../core/prompt/build-prompt.ts";
import { renderTranscript } from "../../core/prompt/summary-prompt.ts";
import { costMicros } from "../../core/usage/price.ts";
import { ModelError, type ModelRequest, type Provider } from "../../models/provider.ts";
import { type ModelConfigRow, readUsableModelConfigs } from "../../store/model/resolve-model-config.ts";
import type { ChatRow } from "../../store/row/chat-row.ts";
import { readPromptMessages } from "../../store/row/messages.ts";
import type { Store } from "../../store/store.ts";
import { limitReached, readUsageLimit } from "../../store/usage/usage-limits.ts";
import { recordUsage } from "../../store/usage/usage-records.ts";
import { defineTool } from "../../tools/define-tool.ts";
import type { Tool, ToolContext, ToolOutput } from "../../tools/tool.ts";
import { ToolError } from "../../tools/tool-error.ts";
import type { ToolSource } from "../../tools/tools-of.ts";
import { callConfig } from "../attempt/call-config.ts";
import { streamModel } from "../attempt/run-model-attempt.ts";
import type { Heard } from "./record-phrase.ts";

export interface AdvisorDeps {
  readonly store: Store;
  readonly providerOf: (model: ModelConfigRow) => Provider;
  /** Id or name of a model config, or `provider/model`; undefined: there is no advisor. */
  readonly advisorModel: string | undefined;
}

/** Enough for models that think before they advise. */
const outputTokensMax = 8_000;
/** Of the conversation: what is left out is its middle. */
const transcriptCharsMax = 400_000;
/** A token has some four characters in English and fewer elsewhere; a third of the room is the model's own. */
const charsPerToken = 2;

export function advisorSource(deps: AdvisorDeps): ToolSource<ChatRow> {
  const { advisorModel } = deps;
  if (advisorModel === undefined) return { toolsOf: () => Promise.resolve([]) };
  return { toolsOf: (chat) => Promise.resolve([advisorOf(deps, chat, advisorModel)]) };
}

function advisorOf(deps: AdvisorDeps, chat: ChatRow, name: string): Tool {
  return defineTool({
    name: ADVISOR,
    description:
      `Asks a second model about your plan, before you begin work that is hard to undo or when you are stuck. It reads the conversation so far. Call it alone, at most ${advicePerTurnMax} times a turn. ` +
      "Its advice is an opinion: weigh it.",
    schema: z.strictObject({
      question: z
        .string()
        .min(1)
        .max(questionCharsMax)
        .describe("Your plan, and what you want to know about it."),
    }),
    runs_in: "worker",
    // It changes nothing: a call whose worker died is asked again, and each asking is booked.
    flags: { exclusive: true, read_only: true },
    run: async ({ question }, context) =>
      advise(deps, { chat, question, context, model: await modelOf(deps, name) }),
  });
}

async function modelOf({ store }: AdvisorDeps, name: string): Promise<ModelConfigRow> {
  const configs = await (store.modelBook?.read(store.pool) ?? readUsableModelConfigs(store.pool));
  const found = configs.find((row) => [row.id, row.name, `${row.provider}/${row.model}`].includes(name));
  if (found === undefined)
    throw new ToolError("There is no advisor now: its model config is gone or disabled.");
  return found;
}

interface Asking {
  readonly chat: ChatRow;
  readonly question: string;
  readonly context: Pick<ToolContext, "signal" | "emit" | "toolCallId">;
  readonly model: ModelConfigRow;
}

async function advise(deps: AdvisorDeps, asking: Asking): Promise<ToolOutput> {
  const { chat, model, context } = asking;
  await refuseTooOften(deps.store, chat);
  await refuseOverLimit(deps.store, chat);
  const request = await requestOf(deps.store, asking);
  const late = AbortSignal.timeout(adviceMs);
  const heard: Heard = { text: "", usage: null };
  try {
    await streamModel({
      provider: deps.providerOf(model),
      request,
      options: { signal: AbortSignal.any([context.signal, late]), newToolCallId: () => "none" },
      take(event) {
        if (event.type === "usage") heard.usage = event.usage;
        if (event.type === "part" && event.delta.type === "text") {
          heard.text += event.delta.text;
          context.emit(event.delta.text);
        }
        return heard.text.length > adviceCharsMax;
      },
    });
  } catch (error) {
    context.signal.throwIfAborted();
    if (late.aborted) return failed("timeout", `The advisor took longer than ${adviceMs / 1_000} s.`);
    if (!(error instanceof ModelError)) throw error;
    return failed(error.fault.kind, `The advisor could not be asked: ${error.fault.message}`);
  } finally {
    await book(deps.store, asking, heard);
  }
  const advice = heard.text.slice(0, adviceCharsMax).toWellFormed();
  if (advice.trim() === "") return failed("no_output", "The advisor said nothing.");
  const cost_micros = costMicros(heard.usage, model.price);
  const spent = heard.usage === null ? {} : { usage: { ...heard.usage }, cost_micros };
  return { result: { asked: true, advice, model: model.model, ...spent }, is_error: false };
}

function failed(kind: string, error: string): ToolOutput {
  return {
    result: { asked: true, error, kind, hint: "Go on without advice, or ask again." },
    is_error: true,
  };
}

/** Counted in the history of the turn, which outlives every worker. */
async function refuseTooOften({ pool }: Store, chat: ChatRow): Promise<void> {
  const { rows } = await pool.query<{ content: readonly Part[] }>(
    `select content from messages where chat_id = $1 and turn_id = $2 and role = 'tool' and deleted_at is null
       and content::text like '%"tool_name":"${ADVISOR}"%' limit 1000`,
    [chat.id, chat.current_turn_id],
  );
  if (timesAsked(rows.map(({ content }) => content)) < advicePerTurnMax) return;
  throw new ToolError(
    `The advisor was asked ${advicePerTurnMax} times in this turn already.`,
    "Decide by yourself, and go on.",
  );
}

async function refuseOverLimit({ pool }: Store, { owner_id }: ChatRow): Promise<void> {
  const owner_usage_limit = (await readUsageLimit(pool, owner_id)) ?? null;
  if ((await limitReached(pool, { owner_id, owner_usage_limit })) !== null)
    throw new ToolError("The advisor was not asked: the user has reached the usage limit.");
}

async function requestOf({ pool }: Store, { chat, question, model }: Asking): Promise<ModelRequest> {
  const history = afterBoundary(await readPromptMessages(pool, chat.id));
  const room = model.context_limit === null ? transcriptCharsMax : model.context_limit * charsPerToken;
  const transcript = renderTranscript(history, Math.min(room, transcriptCharsMax));
  const { stop: _stop, ...config } = callConfig(model, null);
  return {
    model: model.model,
    system: ADVISOR_SYSTEM_PROMPT,
    messages: [
      {
        role: "user",
        content: [{ type: "text", text: adviceRequest(transcript, question) }],
        provider: null,
      },
    ],
    tools: [],
    config: {
      ...config,
      response_chain: false,
      max_output_tokens: Math.min(config.max_output_tokens ?? outputTokensMax, outputTokensMax),
    },
  };
}

/** What was spent stays spent, whatever came of it: also of an asking that its worker's end cut off. */
async function book(
  { pool }: Store,
  { chat, model, context }: Asking,
  { text, usage }: Heard,
): Promise<void> {
  if (usage === null && text === "") return;
  await recordUsage(pool, {
    user_id: chat.owner_id,
    chat_id: chat.id,
    root_chat_id: chat.root_chat_id,
    kind: "chat_turn",
    call: `${ADVISOR}.${context.toolCallId}.${Date.now()}`,
    model_config_id: model.id,
    provider: model.provider,
    model: model.model,
    usage,
    cost_micros: costMicros(usage, model.price),
  });
}
