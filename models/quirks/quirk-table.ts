// Quirks of how a history is written, as data (SPEC X10). A new quirk of a server is a row here or in quirk-fields.ts,
// never a branch. A refusal is compared in this order. Rows that remove content come last.
import type { Quirk } from "./quirk.ts";
import { FIELD_QUIRKS } from "./quirk-fields.ts";

const CHAT = ["openai-chat"] as const;
const ALL = ["openai-chat", "openai-responses", "anthropic"] as const;

const PROMPT_QUIRKS: readonly Quirk[] = [
  {
    name: "assistant-behind-tool",
    dialects: CHAT,
    words: [
      /unexpected role 'user' after role 'tool'/,
      /conversation roles must alternate/,
      /after the optional system message, conversation roles/,
    ],
    codes: ["3230", "invalid_request_message_order"],
    change: { type: "prompt", shape: { user_behind_tool: false } },
    about: "refuses a user message directly behind a tool message: a short assistant message stands between",
    known: { host: /(^|\.)api\.mistral\.ai$/ },
    sources: [{ url: "https://github.com/mistralai/mistral-vibe/issues/578", on: "2026-11-28" }],
  },
  {
    name: "nine-character-ids",
    dialects: CHAT,
    words: [
      /tool call id .{0,200}must be a-z, a-z, 0-9, with a length of 9/,
      // As the chat templates of its open models say it, behind llama.cpp and vLLM.
      /tool call ids should be alphanumeric strings with length 9/,
    ],
    codes: ["3280"],
    change: { type: "prompt", shape: { call_ids: "nine" } },
    about: "takes only tool call ids of nine letters and digits",
    known: { host: /(^|\.)api\.mistral\.ai$/ },
    sources: [
      { url: "https://github.com/anomalyco/opencode/issues/1680", on: "2026-11-28" },
      { url: "https://github.com/ggml-org/llama.cpp/issues/11402", on: "2026-11-28" },
    ],
  },
  {
    name: "plain-ids",
    dialects: ALL,
    words: [
      /tool_?(use|call)s?(\[\d+\]|_)?\.?(use_)?id.{0,60}should match pattern/,
      /tool_calls?\[\d+\]\.id.{0,40}string too long/,
      /tool_call_id.{0,60}(invalid (characters|format)|string too long)/,
    ],
    change: { type: "prompt", shape: { call_ids: "plain" } },
    about: "refuses the tool call ids of another model behind the same address: they are replaced by ours",
    sources: [
      {
        url: "https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use",
        on: "2026-11-28",
      },
      { url: "https://github.com/MoonshotAI/kimi-code/issues/520", on: "2026-11-28" },
    ],
  },
  {
    name: "reasoning-back",
    dialects: ["openai-chat", "anthropic"],
    words: [
      /(reasoning_content|content\[\]\.thinking).{0,40} in the thinking mode must be passed back/,
      /reasoning_content is missing in assistant/,
      /missing .{0,20}reasoning_content/,
    ],
    change: { type: "prompt", shape: { reasoning_back: "all" } },
    about: "wants the reasoning of every earlier answer back, and a placeholder where there is none",
    known: { host: /(^|\.)api\.deepseek\.com$/, model: /^deepseek-v[4-9]/ },
    sources: [
      { url: "https://api-docs.deepseek.com/guides/thinking_mode", on: "2026-11-28" },
      { url: "https://github.com/vercel/ai/issues/14740", on: "2026-11-28" },
      { url: "https://github.com/continuedev/continue/issues/11527", on: "2026-11-28" },
      { url: "https://github.com/esengine/DeepSeek-Reasonix/issues/8902", on: "2026-11-28" },
    ],
  },
  {
    name: "signature-stand-in",
    dialects: CHAT,
    words: [/missing a .?thought_signature/],
    change: { type: "prompt", shape: { unsigned_calls: "stand-in" } },
    about:
      "wants a thought signature on calls that another model wrote: they get Google's documented stand-in",
    known: { host: /(^|\.)generativelanguage\.googleapis\.com$/, model: /^(models\/)?gemini-([3-9]|\d\d)/ },
    sources: [
      { url: "https://ai.google.dev/gemini-api/docs/thought-signatures", on: "2026-11-28" },
      { url: "https://github.com/earendil-works/pi/issues/1829", on: "2026-11-28" },
    ],
  },
  {
    name: "empty-text-beside-calls",
    dialects: CHAT,
    words: [
      /content.{0,80}(expected (a )?string, (got|received) null|must be a string)/,
      /invalid message content type: <nil>/,
      /content.{0,20} field (is )?(required|must be a string)/,
      /未正常接收到prompt参数/,
      /content和tool_calls 字段不能同时为空/,
    ],
    codes: ["1213", "1214"],
    change: { type: "prompt", shape: { beside_calls: "empty" } },
    about: "refuses null as the content of an assistant message that only calls tools: it gets an empty text",
    sources: [
      { url: "https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/261", on: "2026-11-28" },
      { url: "https://github.com/SAIL-Research-Lab/cheetahclaws/pull/72", on: "2026-11-28" },
      { url: "https://github.com/docker/docker-agent/issues/63", on: "2026-11-28" },
    ],
  },
  {
    name: "words-beside-calls",
    dialects: CHAT,
    words: [
      /chat content is empty/,
      /content field in the message object .{0,60}is empty/,
      /content.{0,60}(must not be|cannot be|must be non-?) ?empty/,
      /content.{0,20} field (is )?required/,
      /未正常接收到prompt参数/,
      /content和tool_calls 字段不能同时为空/,
    ],
    codes: ["1213", "1214", "2013"],
    change: { type: "prompt", shape: { beside_calls: "words" } },
    about: "refuses assistant messages without text: those that only call tools get a short one",
    sources: [
      { url: "https://github.com/earendil-works/pi/issues/3365", on: "2026-11-28" },
      { url: "https://github.com/songquanpeng/one-api/issues/1153", on: "2026-11-28" },
      { url: "https://github.com/Portkey-AI/gateway/issues/995", on: "2026-11-28" },
    ],
  },
  {
    name: "system-as-user",
    dialects: CHAT,
    words: [
      /system role (is )?not supported/,
      /messages?\[\d+\]\.role.{0,20} does not support 'system'/,
      /system message must be at the beginning/,
      /developer instruction is not enabled/,
    ],
    change: { type: "prompt", shape: { system: "user" } },
    about: "takes no system message: its text begins the first user message",
    sources: [
      { url: "https://github.com/anomalyco/opencode/issues/25168", on: "2026-11-28" },
      { url: "https://huggingface.co/google/gemma-2-9b-it/discussions/15", on: "2026-11-28" },
    ],
  },
  {
    name: "no-cache-marks",
    dialects: ["anthropic"],
    words: [
      /cache_control.{0,40}(extra inputs are not permitted|not (supported|allowed|permitted)|unknown|unexpected)/,
    ],
    change: { type: "prompt", shape: { cache_marks: false } },
    about: "does not know marks for the prompt cache",
    sources: [
      { url: "https://platform.claude.com/docs/en/build-with-claude/prompt-caching", on: "2026-11-28" },
    ],
  },
  {
    name: "thinks-only-after-thinking",
    dialects: ["anthropic"],
    words: [/expected .?thinking.? or .?redacted_thinking.?, but found/],
    change: { type: "prompt", shape: { thinks_in_bare_loop: false } },
    about:
      "does not think on in a tool loop whose last answer came without thinking: thinking waits for the next message",
    sources: [
      { url: "https://platform.claude.com/docs/en/build-with-claude/extended-thinking", on: "2026-11-28" },
      { url: "https://github.com/pydantic/pydantic-ai/issues/2075", on: "2026-11-28" },
    ],
  },
];

/** These remove content: the last resort. */
const REMOVING_QUIRKS: readonly Quirk[] = [
  {
    name: "no-documents",
    dialects: ALL,
    words: [
      /unknown variant .?(file|input_file|document).?, expected/,
      /unsupported content(\[\])?( part)?\.? ?type:? .{0,4}(file|input_file|document)/,
      /(document|pdf|file) input is not (supported|enabled)/,
      /no endpoints found that support (file|pdf|document) input/,
      /(does not|doesn't) support (pdf|document|file)s?( input| part| content|\b)/,
      /invalid content type.{0,20} file is only supported by certain models/,
    ],
    change: { type: "prompt", shape: { documents: "words" } },
    about: "takes no documents: they are told by their names",
    sources: [
      { url: "https://developers.openai.com/api/docs/guides/file-inputs", on: "2026-11-29" },
      { url: "https://github.com/ggml-org/llama.cpp/issues/12947", on: "2026-11-29" },
    ],
  },
  {
    name: "no-images",
    dialects: ALL,
    words: [
      /unknown variant .?(image_url|image|input_image).?, expected/,
      /unsupported content(\[\])?( part)?\.? ?type:? .{0,4}(image|image_url|input_image)/,
      /image input is not (supported|enabled)/,
      /image_url is only supported by certain models/,
      /no endpoints found that support image input/,
      /(does not|doesn't) support (image|vision|multimodal)( input|s\b|\b)/,
      /not a multimodal model/,
      /at most 0 image/,
    ],
    change: { type: "prompt", shape: { images: "words" } },
    about: "takes no pictures: they are told by their names",
    sources: [
      { url: "https://github.com/ggml-org/llama.cpp/issues/15377", on: "2026-11-29" },
      { url: "https://github.com/vllm-project/vllm/issues/11629", on: "2026-11-29" },
      { url: "https://github.com/1jehuang/jcode/issues/310", on: "2026-11-29" },
      { url: "https://github.com/JohnnyZ93/oai-compatible-copilot/issues/229", on: "2026-11-29" },
    ],
  },
  {
    name: "reasoning-not-back",
    dialects: CHAT,
    words: [
      /(reasoning_content|reasoning_details|\breasoning).{0,80}(extra inputs are not permitted|is unsupported|not (supported|permitted|allowed)|extra_forbidden)/,
      /extra inputs are not permitted.{0,200}(reasoning_content|reasoning_details)/,
    ],
    change: { type: "prompt", shape: { reasoning_back: "none" } },
    about: "takes no reasoning back",
    known: { host: /(^|\.)api\.mistral\.ai$/ },
    sources: [
      { url: "https://github.com/QwenLM/qwen-code/issues/11045", on: "2026-11-28" },
      { url: "https://github.com/charmbracelet/crush/issues/1590", on: "2026-11-28" },
      { url: "https://github.com/egoist/chatwise-releases/issues/1442", on: "2026-11-28" },
    ],
  },
  {
    name: "undeclared-calls-as-text",
    dialects: ALL,
    words: [
      /attempted to call tool .{0,100} which was not in request\.tools/,
      /tool_?(use|call).{0,80}must (define|provide|include) .{0,20}tools/,
      /toolconfig field must be defined/,
      /expects the `?tools=?`? param to be passed/,
    ],
    change: { type: "prompt", shape: { undeclared_calls: "text" } },
    about: "holds the calls of a history against the tools of the request: calls of others are told as text",
    sources: [
      { url: "https://github.com/mastra-ai/mastra/issues/9688", on: "2026-11-28" },
      { url: "https://docs.litellm.ai/docs/completion/function_call", on: "2026-11-28" },
    ],
  },
];

export const QUIRKS: readonly Quirk[] = [...PROMPT_QUIRKS, ...FIELD_QUIRKS, ...REMOVING_QUIRKS];

const BY_NAME: ReadonlyMap<string, Quirk> = new Map(QUIRKS.map((quirk) => [quirk.name, quirk]));

/** Null for a name from a newer program. */
export function findQuirk(name: string): Quirk | null {
  return BY_NAME.get(name) ?? null;
}
