// `callModel` decides first from committed history; when it is the model's turn to speak, it streams the answer and commits
// it. What it returns is the decision that followed its own commit.

import type { Usage } from "../core/chat/message.ts";
import type { StepOutcome } from "../core/chat/step-outcome.ts";
import type { StructuredOutput } from "../core/output/structured-output.ts";
import { afterBoundary, buildPrompt, withoutSeals } from "../core/prompt/build-prompt.ts";
import type { OfferedTool } from "../core/tool/gate-calls.ts";
import { type ToolChoice, type TurnOptions, toolChoiceOf } from "../core/tool/turn-options.ts";
import {
  type Lesson,
  ModelError,
  type ModelRequest,
  type Provider,
  type UnsupportedSetting,
} from "../models/provider.ts";
import type { SchemaChecker } from "../platform/json-schema/schema-checker.ts";
import { markUnsealed } from "../store/model/mark-unsealed.ts";
import type { ModelConfigRow } from "../store/model/resolve-model-config.ts";
import type { ChatRow } from "../store/row/chat-row.ts";
import { type MessageRow, type NewMessage, readPromptMessages } from "../store/row/messages.ts";
import { type Attempt, beginAttempt } from "../store/turn/begin-attempt.ts";
import { type Tool, toolSpecs } from "../tools/tool.ts";
import type { Answer } from "./attempt/answer.ts";
import { callConfig } from "./attempt/call-config.ts";
import type { WrittenAnswer } from "./attempt/end-attempt.ts";
import { continueLostAnswer } from "./attempt/lost-answer.ts";
import { streamModel } from "./attempt/run-model-attempt.ts";
import { runTurnAttempt, type TurnAttemptDeps, type Writing } from "./attempt/run-turn-attempt.ts";
import { structuredOutput } from "./attempt/structured-output.ts";
import type { CallModelInput } from "./contract.ts";
import type { FileLoader, LoadedFiles } from "./file/load-files.ts";

export interface CallModelDeps extends TurnAttemptDeps {
  /** The provider of a model config. Throws `ModelError` (missing_key, config) before any call (SPEC X6). */
  readonly providerOf: (model: ModelConfigRow) => Provider;
  readonly toolsOf: (chat: ChatRow) => Promise<readonly Tool[]>;
  readonly systemPromptOf: (chat: ChatRow) => Promise<string>;
  readonly files: FileLoader;
  readonly schemas: Pick<SchemaChecker, "check">;
  /** Told of the chat whenever a call of its turn is prepared. Must return at once. */
  readonly onTurn?: (chat: ChatRow) => void;
  readonly newToolCallId: () => string;
  /** Told which settings of a model config a call goes without (SPEC L12). */
  readonly onUnsupported?: (model: ModelConfigRow, settings: readonly UnsupportedSetting[]) => void;
  /** Told what a call has used, as the provider reports it. */
  readonly onUsage?: (model: ModelConfigRow, usage: Usage) => void;
}

/** Returns the activity. It throws only what Temporal is to retry: a worker's end, a database out of reach. */
export function createCallModel(deps: CallModelDeps) {
  return async function callModel(input: CallModelInput): Promise<StepOutcome> {
    let offered: readonly OfferedTool[] = [];
    let output: StructuredOutput | undefined;
    const outcome = await runTurnAttempt(deps, input, {
      kind: "chat_turn",
      keepsLost: true,
      begin: beginAttempt,
      write: (attempt, writing) =>
        writeAnswer(deps, {
          attempt,
          writing,
          wish: input,
          onTools: (tools) => {
            offered = tools.map(offeredTool);
          },
          onOutput: (found) => {
            output = found;
          },
        }),
      written: (_attempt, writing) =>
        writtenAnswer(writing, () => ({
          offered,
          ...(output !== undefined && { structured_output: output }),
        })),
    });
    deps.failpoint("callModel:committed");
    return outcome;
  };
}

function offeredTool({ name, parameters, runs_in, flags }: Tool): OfferedTool {
  return {
    name,
    parameters,
    is_client: runs_in === "client",
    is_exclusive: flags.exclusive === true,
    asks: flags.destructive === true,
    reads: flags.read_only === true,
  };
}

interface FoundOut extends Pick<NewMessage, "structured_output"> {
  /** The tools that the model could call. */
  readonly offered: readonly OfferedTool[];
}

function writtenAnswer({ answer }: Writing, foundOut: () => FoundOut): WrittenAnswer {
  return {
    cut: (finish_reason) => answer.message({ finish_reason, interrupted: true }),
    finished() {
      const { offered, ...output } = foundOut();
      return { type: "answered", answer: { ...finishedMessage(answer), ...output }, offered };
    },
    mayBeEmpty: true,
  };
}

function finishedMessage(answer: Answer): NewMessage {
  const finish_reason = answer.full ? "length" : (answer.finish_reason ?? "other");
  return answer.message({ finish_reason, interrupted: false });
}

interface AnswerInput {
  readonly attempt: Attempt;
  readonly writing: Writing;
  /**
   * What the call before this one has shown of the provider: it may have forgotten what it was to remember (SPEC L10), or
   * not go on with an answer that was begun.
   */
  readonly wish: Pick<CallModelInput, "replay_full_history" | "without_prefill">;
  /** Told which tools are offered to the model. */
  readonly onTools: (tools: readonly Tool[]) => void;
  /** Told what the finished answer is, if it is to be JSON. */
  readonly onOutput: (output: StructuredOutput | undefined) => void;
}

/** Streams the model's answer. Throws `ModelError`, or the signal's reason. */
async function writeAnswer(deps: CallModelDeps, input: AnswerInput): Promise<void> {
  const { signal } = input.writing;
  const messages = await readPromptMessages(deps.store.pool, input.attempt.chat.id);
  const loaded = await deps.files.load(afterBoundary(messages), signal);
  try {
    await streamPrepared(deps, input, await prepareCall(deps, input, { messages, files: loaded.files }));
  } finally {
    loaded.release();
  }
  const schema = input.attempt.chat.turn_options?.output_schema;
  if (schema === undefined) return;
  const finished = { ...finishedMessage(input.writing.answer), signal };
  input.onOutput(await structuredOutput(deps.schemas, schema, finished));
}

async function streamPrepared(
  deps: CallModelDeps,
  { attempt, writing }: AnswerInput,
  { provider, request, historyTip }: PreparedCall,
): Promise<void> {
  const { answer, parts, signal } = writing;
  signal.throwIfAborted();
  let isUnsealed = request.replay_full_history === true;
  const options = {
    signal,
    newToolCallId: deps.newToolCallId,
    onUnsupported: (settings: readonly UnsupportedSetting[]) => deps.onUnsupported?.(attempt.model, settings),
    onLesson: ({ type }: Lesson) => {
      isUnsealed ||= type === "unsealed";
    },
  };
  await streamModel({
    provider,
    request,
    options,
    async take(event) {
      if (isUnsealed) await rememberUnsealed(deps, attempt, historyTip);
      isUnsealed = false;
      if (event.type === "usage") deps.onUsage?.(attempt.model, event.usage);
      const shown = answer.take(event);
      if (shown !== null) parts.push(shown.index, shown.delta);
      return answer.full;
    },
  });
}

/** With the first sign that the provider took the history without its seals: so it goes from now on. */
async function rememberUnsealed(
  { store }: CallModelDeps,
  { chat, fence, model }: Attempt,
  historyTip: number | null,
): Promise<void> {
  if (historyTip === null) return;
  const history = { chat_id: chat.id, fence, provider: model.provider, message_id: historyTip };
  // Not kept, it is learnt again at the next step.
  await markUnsealed(store, history).catch(() => undefined);
}

interface History extends Pick<LoadedFiles, "files"> {
  readonly messages: readonly MessageRow[];
}

interface PreparedCall {
  readonly provider: Provider;
  readonly request: ModelRequest;
  /** The newest message of the history. */
  readonly historyTip: number | null;
}

/** Whom to ask for what. What a lost attempt had written is kept before anything can stop this one: it must not be lost now. */
async function prepareCall(deps: CallModelDeps, input: AnswerInput, history: History): Promise<PreparedCall> {
  const { attempt, wish } = input;
  const { recording, answer, parts } = input.writing;
  const { request, historyTip } = await makeRequest(deps, input, history);
  deps.onTurn?.(attempt.chat);
  recording.asked(request, historyTip);
  const provider = deps.providerOf(attempt.model);
  const prepared = { provider, request, historyTip };
  if (wish.without_prefill === true) return prepared;
  const { chat, fence } = attempt;
  const kept = await continueLostAnswer(deps, { chat_id: chat.id, fence, provider, request, answer, parts });
  if (kept === null) return prepared;
  const continued = { ...request, prefill: { text: kept.text } };
  recording.asked(continued, historyTip);
  return { ...prepared, request: continued };
}

async function makeRequest(
  deps: CallModelDeps,
  { attempt: { chat, model }, wish, writing, onTools }: AnswerInput,
  { messages, files }: History,
) {
  const tools = await deps.toolsOf(chat);
  writing.answer.offer(tools);
  onTools(tools);
  const { turn_options: options } = chat;
  const choice = toolChoiceOf(options, chat.turn_steps);
  requireChosenTool(choice, tools);
  const request: ModelRequest = {
    model: model.model,
    system: withInstructions(await deps.systemPromptOf(chat), options),
    messages: buildPrompt(withoutSeals(messages, chat.unsealed)),
    tools: toolSpecs(tools),
    config: callConfig(model, chat.turn_reasoning_effort, options?.call_config),
    ...(choice !== undefined && { tool_choice: choice }),
    ...(options?.output_schema !== undefined && { output: { schema: options.output_schema } }),
    ...(files !== undefined && { files }),
    ...(wish.replay_full_history === true && { replay_full_history: true }),
  };
  return { request, historyTip: messages.at(-1)?.id ?? null };
}

/** After the system prompt, whose beginning stays what providers have cached. */
function withInstructions(system: string, options: TurnOptions | null): string {
  return [system, options?.instructions ?? ""].filter((text) => text !== "").join("\n\n");
}

/** Throws `ModelError`: without the tool that its message names, the turn would be another one. */
function requireChosenTool(choice: ToolChoice | undefined, tools: readonly Tool[]): void {
  if (typeof choice !== "object" || tools.some(({ name }) => name === choice.tool_name)) return;
  throw new ModelError({
    kind: "config",
    retryable: false,
    status_code: null,
    message: `The message asks for the tool ${choice.tool_name}, which this chat does not have.`,
    detail: null,
    retry_after_ms: null,
  });
}
