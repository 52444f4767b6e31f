// Tests that the fixtures contain every event, block and delta that the SDKs' types know: a new one does not compile
// here until a fixture contains it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  ContentBlock,
  RawContentBlockDelta,
  RawMessageStreamEvent,
  StopReason,
  TextCitation,
} from "@anthropic-ai/sdk/resources/messages";
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import type { ResponseStreamEvent } from "openai/resources/responses/responses";
import { fixtureBytes } from "../__fixtures__/replay.ts";

const ALL = "responses-every-event.sse";

const RESPONSES: Readonly<Record<ResponseStreamEvent["type"], string>> = {
  "response.audio.delta": ALL,
  "response.audio.done": ALL,
  "response.audio.transcript.delta": ALL,
  "response.audio.transcript.done": ALL,
  "response.code_interpreter_call_code.delta": ALL,
  "response.code_interpreter_call_code.done": ALL,
  "response.code_interpreter_call.completed": ALL,
  "response.code_interpreter_call.in_progress": ALL,
  "response.code_interpreter_call.interpreting": ALL,
  "response.compaction.compacting": ALL,
  "response.completed": ALL,
  "response.content_part.added": ALL,
  "response.content_part.done": ALL,
  "response.created": ALL,
  error: "responses-error.sse",
  "response.file_search_call.completed": ALL,
  "response.file_search_call.in_progress": ALL,
  "response.file_search_call.searching": ALL,
  "response.function_call_arguments.delta": ALL,
  "response.function_call_arguments.done": ALL,
  "response.shell_call_command.added": ALL,
  "response.shell_call_command.delta": ALL,
  "response.shell_call_command.done": ALL,
  "response.shell_call_output_content.delta": ALL,
  "response.shell_call_output_content.done": ALL,
  "response.in_progress": ALL,
  "response.failed": "responses-failed.sse",
  "response.incomplete": "responses-max-tokens.sse",
  "response.output_item.added": ALL,
  "response.output_item.done": ALL,
  "response.reasoning_summary_part.added": ALL,
  "response.reasoning_summary_part.done": ALL,
  "response.reasoning_summary_text.delta": ALL,
  "response.reasoning_summary_text.done": ALL,
  "response.reasoning_text.delta": ALL,
  "response.reasoning_text.done": ALL,
  "response.refusal.delta": "responses-refusal.sse",
  "response.refusal.done": "responses-refusal.sse",
  "response.output_text.delta": ALL,
  "response.output_text.done": ALL,
  "response.web_search_call.completed": ALL,
  "response.web_search_call.in_progress": ALL,
  "response.web_search_call.searching": ALL,
  "response.image_generation_call.completed": ALL,
  "response.image_generation_call.generating": ALL,
  "response.image_generation_call.in_progress": ALL,
  "response.image_generation_call.partial_image": ALL,
  "response.mcp_call_arguments.delta": ALL,
  "response.mcp_call_arguments.done": ALL,
  "response.mcp_call.completed": ALL,
  "response.mcp_call.failed": ALL,
  "response.mcp_call.in_progress": ALL,
  "response.mcp_list_tools.completed": ALL,
  "response.mcp_list_tools.failed": ALL,
  "response.mcp_list_tools.in_progress": ALL,
  "response.output_text.annotation.added": ALL,
  "response.queued": ALL,
  "response.custom_tool_call_input.delta": ALL,
  "response.custom_tool_call_input.done": ALL,
};

const MESSAGES = "anthropic-every-event.sse";

const ANTHROPIC: Readonly<
  Record<
    | RawMessageStreamEvent["type"]
    | RawContentBlockDelta["type"]
    | ContentBlock["type"]
    | TextCitation["type"],
    string
  >
> = {
  message_start: MESSAGES,
  message_delta: MESSAGES,
  message_stop: MESSAGES,
  content_block_start: MESSAGES,
  content_block_delta: MESSAGES,
  content_block_stop: MESSAGES,
  text_delta: MESSAGES,
  input_json_delta: MESSAGES,
  citations_delta: MESSAGES,
  thinking_delta: MESSAGES,
  signature_delta: MESSAGES,
  text: MESSAGES,
  thinking: MESSAGES,
  redacted_thinking: MESSAGES,
  tool_use: MESSAGES,
  server_tool_use: MESSAGES,
  web_search_tool_result: MESSAGES,
  web_fetch_tool_result: MESSAGES,
  code_execution_tool_result: MESSAGES,
  bash_code_execution_tool_result: MESSAGES,
  text_editor_code_execution_tool_result: MESSAGES,
  tool_search_tool_result: MESSAGES,
  container_upload: MESSAGES,
  char_location: MESSAGES,
  page_location: MESSAGES,
  content_block_location: MESSAGES,
  web_search_result_location: MESSAGES,
  search_result_location: MESSAGES,
};

/** `pause_turn` needs a second response: it has its own test file. */
const STOP_REASONS: Readonly<Record<Exclude<StopReason, "pause_turn">, string>> = {
  end_turn: "anthropic-text.sse",
  max_tokens: "anthropic-max-tokens.sse",
  stop_sequence: "anthropic-stop-sequence.sse",
  tool_use: MESSAGES,
  refusal: "anthropic-refusal.sse",
  model_context_window_exceeded: "anthropic-context-full.sse",
};

type ChatFinishReason = NonNullable<ChatCompletionChunk.Choice["finish_reason"]>;

const CHAT: Readonly<Record<keyof ChatCompletionChunk.Choice.Delta | ChatFinishReason, string>> = {
  role: "chat-every-field.sse",
  audio: "chat-every-field.sse",
  content: "chat-every-field.sse",
  refusal: "chat-refusal.sse",
  tool_calls: "chat-every-field.sse",
  function_call: "chat-function-call.sse",
  stop: "chat-text.sse",
  length: "chat-usage-odd.sse",
  content_filter: "chat-content-filter.sse",
};

/** Whether the fixture contains the name as a value or a field. */
function stands(name: string, fixture: string): boolean {
  return new TextDecoder().decode(fixtureBytes(fixture)).includes(`"${name}"`);
}

for (const [api, table] of Object.entries({
  Responses: RESPONSES,
  Messages: ANTHROPIC,
  "stop reasons of Messages": STOP_REASONS,
  "Chat Completions": CHAT,
})) {
  test(`L13 a fixture holds each of the ${Object.keys(table).length} ${api === "Chat Completions" ? "fields and ends" : "types"} of ${api}`, () => {
    const missing = Object.entries(table).filter(([name, fixture]) => !stands(name, fixture));
    assert.deepEqual(missing, []);
  });
}
