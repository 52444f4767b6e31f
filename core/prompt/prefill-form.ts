// The ways in which servers continue an answer that was started before.

/**
 * `assistant`: the last message of the request is the assistant's, and the model continues it. Anthropic's Messages
 * (without thinking, models before Claude 4.6: "Prefill Claude's response", platform.claude.com; "prefill removal" in
 * What's new in Claude 4.6), llama.cpp's server (pull requests 13174, 13608), Ollama (issue 6778), and gateways in
 * front of them.
 * `continue_final_message`: the same, and the request says so: `continue_final_message: true, add_generation_prompt:
 * false`. vLLM (`ChatCompletionRequest` refuses both being true), SGLang, and llama.cpp since its pull request 23089.
 * `prefix`: the same, and the message has `prefix: true`. DeepSeek (Chat Prefix Completion, base URL ending in /beta),
 * Mistral ("Assistant with prefix True" in its own errors), and LiteLLM in front of them.
 */
export const PREFILL_FORMS = ["assistant", "continue_final_message", "prefix"] as const;
export type PrefillForm = (typeof PREFILL_FORMS)[number];
