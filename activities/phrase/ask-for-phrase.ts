// A few words from a model about a chat, beside its turns: no reader follows them, and each call is booked (SPEC M1, M2, B3).
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { Logger } from "pino";
import { describeMs } from "../../core/chat/limits.ts";
import { cleanPhrase } from "../../core/prompt/clean-phrase.ts";
import type { DescribePrompt } from "../../core/prompt/describe-prompt.ts";
import { costMicros } from "../../core/usage/price.ts";
import { ModelError, type ModelFault, type ModelRequest, type Provider } from "../../models/provider.ts";
import { describingModels } from "../../store/description/describing-models.ts";
import type { ModelConfigRow } from "../../store/model/resolve-model-config.ts";
import type { Store } from "../../store/store.ts";
import { limitReached, readUsageLimit } from "../../store/usage/usage-limits.ts";
import { recordUsage } from "../../store/usage/usage-records.ts";
import { workerShutdown } from "../attempt/activity-attempt.ts";
import { callConfig } from "../attempt/call-config.ts";
import { runModelAttempt, streamModel } from "../attempt/run-model-attempt.ts";
import type { DebugRecorder } from "../debug/debug-recorder.ts";
import { endPhraseCall, type Heard, openPhraseCall, type Wanted } from "./record-phrase.ts";

export interface DescribeDeps {
  readonly store: Store;
  readonly providerOf: (model: ModelConfigRow) => Provider;
  /** Name or id of the config that is asked first (`EVERTURN_SMALL_MODEL`). */
  readonly smallModel: string | undefined;
  readonly debug: DebugRecorder;
  readonly shutdown: AbortSignal;
  readonly logger: Logger;
}

export type Phrase =
  | { readonly type: "phrase"; readonly phrase: string }
  | { readonly type: "unusable" | "no_model" | "over_limit" };

/** A phrase is short, but models that think first think at some length. */
const outputTokensMax = 4_000;
/** Text past this is no phrase any more. */
const phraseCharsMax = 4_000;

/**
 * Asks the small model, then the chat's own. Throws what Temporal is to retry or to show: a failure that names kind and
 * status and nothing else, for it ends up in Temporal's history.
 */
export async function askForPhrase(deps: DescribeDeps, wanted: Wanted): Promise<Phrase> {
  const { store } = deps;
  const { owner_id } = wanted.chat;
  const owner_usage_limit = (await readUsageLimit(store.pool, owner_id)) ?? null;
  if ((await limitReached(store.pool, { owner_id, owner_usage_limit })) !== null)
    return { type: "over_limit" };
  const models = await describingModels(store, { small: deps.smallModel, own: wanted.chat.model_config_id });
  const faults: ModelFault[] = [];
  for (const [index, model] of models.entries()) {
    const budgetMs = describeMs / models.length;
    const said = await ask(deps, wanted, { model, budgetMs, index });
    if (typeof said !== "string") {
      faults.push(said);
      continue;
    }
    const phrase = cleanPhrase(said, wanted.prompt.wordsMax);
    if (phrase !== null) return { type: "phrase", phrase };
  }
  if (models.length === 0) return { type: "no_model" };
  if (faults.length === 0) return { type: "unusable" };
  throw failureOf(faults);
}

interface Call {
  readonly model: ModelConfigRow;
  readonly budgetMs: number;
  /** Among the models that are asked. */
  readonly index: number;
}

/** What the model said, or what went wrong. Throws when this worker is to end. */
async function ask(deps: DescribeDeps, wanted: Wanted, call: Call): Promise<string | ModelFault> {
  const late = AbortSignal.timeout(call.budgetMs);
  const signal = AbortSignal.any([late, deps.shutdown, Context.current().cancellationSignal]);
  const heard: Heard = { text: "", usage: null };
  const request = requestOf(call.model, wanted.prompt);
  const name = callName(call);
  const recording = openPhraseCall(deps.debug, wanted, { ...call, name });
  return runModelAttempt<string | ModelFault>({
    recording,
    signal,
    async write() {
      recording.asked(request, null);
      await listen(deps.providerOf(call.model), request, { signal, heard });
    },
    async end(failure) {
      await book(deps.store, wanted, { call, name, heard });
      if (failure === null) return heard.text;
      if (deps.shutdown.aborted) throw workerShutdown("call");
      const fault = late.aborted ? TOO_LATE : failure instanceof ModelError ? failure.fault : null;
      if (fault === null)
        throw failure instanceof Error ? failure : new Error("the call was stopped", { cause: failure });
      logFault(deps, wanted, { call, fault });
      return fault;
    },
    record: (failure) => endPhraseCall(recording, { heard, failure, isOver: deps.shutdown.aborted }),
  });
}

/** Unique in the chat: the same phrase may be asked for again (SPEC M3), and each asking is a call of its own. */
function callName({ index }: Pick<Call, "index">): string {
  const { workflowExecution, activityId, attempt } = Context.current().info;
  return `${workflowExecution?.runId ?? ""}.${activityId}.${attempt}.${index}`;
}

function logFault(
  { logger }: DescribeDeps,
  { chat, kind: what }: Wanted,
  { call, fault }: { readonly call: Call; readonly fault: ModelFault },
): void {
  const { kind, status_code } = fault;
  const { id: model_config_id, model } = call.model;
  const about = { chat_id: chat.id, what, model, model_config_id, kind, status_code };
  logger.warn(about, "a chat could not be described");
}

async function listen(
  provider: Provider,
  request: ModelRequest,
  { signal, heard }: { readonly signal: AbortSignal; readonly heard: Heard },
): Promise<void> {
  await streamModel({
    provider,
    request,
    options: { signal, newToolCallId: () => "none" },
    take(event) {
      if (event.type === "usage") heard.usage = event.usage;
      if (event.type === "part" && event.delta.type === "text") heard.text += event.delta.text;
      return heard.text.length > phraseCharsMax;
    },
  });
}

function requestOf(model: ModelConfigRow, { system, text }: DescribePrompt): ModelRequest {
  const config = callConfig(model, null);
  return {
    model: model.model,
    system,
    messages: [{ role: "user", content: [{ type: "text", text }], provider: null }],
    tools: [],
    config: {
      ...config,
      response_chain: false,
      max_output_tokens: Math.min(config.max_output_tokens ?? outputTokensMax, outputTokensMax),
    },
  };
}

interface Booking {
  readonly call: Call;
  readonly name: string;
  readonly heard: Heard;
}

/** What was spent stays spent, whatever came of it. A call of which nothing is known is none. */
async function book(store: Store, wanted: Wanted, { call, name, heard }: Booking): Promise<void> {
  if (heard.usage === null && heard.text === "") return;
  const { chat, kind, of } = wanted;
  const { model } = call;
  await recordUsage(store.pool, {
    user_id: chat.owner_id,
    chat_id: chat.id,
    root_chat_id: chat.root_chat_id,
    kind,
    call: `${of}.${name}`,
    model_config_id: model.id,
    provider: model.provider,
    model: model.model,
    usage: heard.usage,
    cost_micros: costMicros(heard.usage, model.price),
  });
}

const TOO_LATE: ModelFault = {
  kind: "timeout",
  retryable: true,
  status_code: null,
  message: "The model took too long.",
  detail: null,
  retry_after_ms: null,
};

function failureOf(faults: readonly ModelFault[]): ApplicationFailure {
  const words = faults.map(({ kind, status_code }) =>
    status_code === null ? kind : `${kind} (${status_code})`,
  );
  return ApplicationFailure.create({
    message: words.join(", "),
    type: "ModelError",
    nonRetryable: faults.every(({ retryable }) => !retryable),
  });
}
