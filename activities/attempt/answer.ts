// Collects an answer while it is written: from the model's events to the message that is committed.
import { applyDelta, type DraftPart, finishDraft } from "../../core/chat/draft-content.ts";
import { answerBytesMax } from "../../core/chat/limits.ts";
import type { FinishReason, Usage } from "../../core/chat/message.ts";
import type { ProviderData } from "../../core/part/part.ts";
import type { PartDelta, StreamPart } from "../../core/part/stream-part.ts";
import { continuedPlaces, type KeptAnswer } from "../../core/prompt/kept-answer.ts";
import { costMicros, type Price } from "../../core/usage/price.ts";
import type { ModelDelta, ModelEvent } from "../../models/provider.ts";
import type { NewMessage } from "../../store/row/messages.ts";

/** What is known of a call before its first event. */
export interface AnswerHead {
  readonly episode: string;
  readonly provider: string;
  readonly model: string;
  readonly model_config_id: string;
  /** As it was when the call began; null: unpriced. */
  readonly price: Price | null;
  readonly started_at: string;
}

interface OfferedTool {
  readonly name: string;
  readonly flags: { readonly mcp_server_id?: string };
}

export interface Answer {
  /** The tools that the model was offered: calls say which MCP server has theirs. Before the first event. */
  offer(tools: readonly OfferedTool[]): void;
  /** Begins with what is kept of a lost attempt; what comes next goes on from there. Before the first event. */
  keep(kept: KeptAnswer): void;
  /** Takes one event; returns the delta to publish, null when the event shows nothing. */
  take(event: ModelEvent): { index: number; delta: PartDelta } | null;
  /** The message as it stands. `interrupted` marks one that was cut short from outside. */
  message(end: { finish_reason: FinishReason; interrupted: boolean }): NewMessage;
  readonly finish_reason: FinishReason | null;
  /** The model wrote more than is kept; what came so far is the answer, cut. */
  readonly full: boolean;
}

interface Times {
  started_at: string;
  completed_at: string;
}

/** Collects one answer. `now` gives ISO 8601 times. */
export function createAnswer(head: AnswerHead, now: () => string): Answer {
  const draft = new Map<number, DraftPart>();
  const times = new Map<number, Times>();
  const provider_data = new Map<number, ProviderData>();
  let mcp_servers: ReadonlyMap<string, string> = new Map();
  let usage: Usage | null = null;
  let response_id: string | null = null;
  let finish_reason: FinishReason | null = null;
  let chars = 0;
  let placeOf = ({ index }: { readonly index: number; readonly type: string }) => index;

  const takePart = (place: number, delta: ModelDelta) => {
    const index = placeOf({ index: place, type: delta.type });
    const at = now();
    const time = times.get(index);
    if (time === undefined) {
      times.set(index, { started_at: at, completed_at: at });
      chars += partChars;
    } else time.completed_at = at;
    const data = "provider_data" in delta ? delta.provider_data : undefined;
    if (data !== undefined) chars += JSON.stringify(data).length;
    if (data !== undefined) provider_data.set(index, { ...provider_data.get(index), ...data });
    const shown = shownDelta(delta, mcp_servers);
    if (shown === null) {
      if (!draft.has(index) && delta.type === "reasoning") draft.set(index, { type: "reasoning", text: "" });
      return null;
    }
    chars += lengthOf(delta);
    applyDelta(draft, index, shown);
    return { index, delta: shown };
  };

  return {
    offer(tools) {
      mcp_servers = mcpServersOf(tools);
    },
    keep(kept) {
      for (const { index, part } of kept.parts) {
        draft.set(index, part);
        chars += part.text.length;
      }
      placeOf = continuedPlaces(kept);
    },
    take(event) {
      if (event.type === "part") return takePart(event.index, event.delta);
      if (event.type === "usage") usage = event.usage;
      else if (event.type === "response") response_id = event.response_id ?? response_id;
      else finish_reason = event.finish_reason;
      return null;
    },
    message(end) {
      const finished_at = now();
      return {
        ...frameOf(head, finished_at),
        content: finishDraft(draft, { at: finished_at, times, provider_data }),
        provider_response_id: response_id,
        usage,
        cost_micros: costMicros(usage, head.price),
        finish_reason: end.finish_reason,
        interrupted: end.interrupted,
      };
    },
    get finish_reason() {
      return finish_reason;
    },
    get full() {
      return chars > answerBytesMax;
    },
  };
}

function mcpServersOf(tools: readonly OfferedTool[]): ReadonlyMap<string, string> {
  return new Map(
    tools.flatMap(({ name, flags: { mcp_server_id } }) =>
      mcp_server_id === undefined ? [] : [[name, mcp_server_id]],
    ),
  );
}

/** What is known of the message whatever the model says. */
function frameOf({ episode, price: _price, ...head }: AnswerHead, finished_at: string) {
  return {
    role: "assistant" as const,
    ...head,
    finished_at,
    call: episode,
    runtime_ms: Math.max(0, Date.parse(finished_at) - Date.parse(head.started_at)),
    closes: [episode],
  };
}

/** What readers get of a delta; null when it only carries the provider's own data. */
function shownDelta(delta: ModelDelta, mcpServers: ReadonlyMap<string, string>): PartDelta | null {
  switch (delta.type) {
    case "text":
    case "reasoning":
      return delta.text === "" ? null : { type: delta.type, text: delta.text };
    case "tool-call": {
      const { tool_call_id, tool_name, args_delta, provider_executed } = delta;
      const mcp_server_id = mcpServers.get(tool_name);
      const extra = {
        ...(provider_executed !== undefined && { provider_executed }),
        ...(mcp_server_id !== undefined && { mcp_server_id }),
      };
      return { type: "tool-call", tool_call_id, tool_name, args_delta, ...extra };
    }
    case "tool-result": {
      const { tool_call_id, tool_name, result, is_error } = delta;
      return {
        type: "tool-result",
        tool_call_id,
        result_delta: "",
        provider_result: { tool_name, result, is_error },
      };
    }
    case "source":
      return { type: "source", url: delta.url, title: delta.title };
  }
}

/** What each part takes at least, however little it says: names and times. */
const partChars = 256;

function lengthOf(delta: ModelDelta): number {
  if (delta.type === "text" || delta.type === "reasoning") return delta.text.length;
  if (delta.type === "source") return delta.url.length + delta.title.length;
  return delta.type === "tool-call" ? delta.args_delta.length : JSON.stringify(delta.result).length;
}

/** The message of an attempt whose worker died: what its last checkpoint holds (SPEC I5). */
export function answerFromParts(parts: readonly StreamPart[], episode: string, at: string): NewMessage {
  const draft = new Map<number, DraftPart>();
  for (const part of parts) applyDelta(draft, part.index, part.part);
  return {
    role: "assistant",
    content: finishDraft(draft, { at }),
    finished_at: at,
    finish_reason: "interrupted",
    interrupted: true,
    closes: [episode],
  };
}
