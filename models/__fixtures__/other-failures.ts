// Failures inside a stream that started well, and below and above HTTP, one row each. A source of the form
// owner/repository#number is where the behaviour was read. Other words name whose form it is, by its documentation, its
// SDK's types or long experience. "after" marks a variation of what was read.
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { DamagedStream } from "../http/answer-reader.ts";
import { chatEvent, chatStream, connect, cut, type FailureRow, messagesEvent, responsesEvent, thrown } from "./failures.ts";

const failed = (code: string, message: string) =>
  responsesEvent({ type: "response.failed", response: { id: "resp_1", status: "failed", error: { code, message } } });

const STREAM: readonly FailureRow[] = [
  ["Anthropic: overloaded in the stream", "anthropics/anthropic-sdk-python#688", messagesEvent({ details: null, type: "overloaded_error", message: "Overloaded" }), "overloaded", true],
  ["Anthropic: rate limit in the stream", "Anthropic, page on streaming", messagesEvent({ type: "rate_limit_error", message: "Rate limited" }), "rate_limit", true],
  ["Anthropic: server error in the stream", "Anthropic, page on streaming", messagesEvent({ type: "api_error", message: "Internal server error" }), "generic", true],
  ["Anthropic: timeout in the stream", "Anthropic's SDK's types: timeout_error", messagesEvent({ type: "timeout_error", message: "x" }), "timeout", true],
  ["Anthropic: bad request in the stream", "Anthropic, page on streaming", messagesEvent({ type: "invalid_request_error", message: "x" }), "config", false],
  ["Anthropic: key revoked in the stream", "Anthropic, page on streaming", messagesEvent({ type: "authentication_error", message: "x" }), "auth", false],
  ["Anthropic: context in the stream", "after dcdpr/jp#978", messagesEvent({ type: "invalid_request_error", message: "prompt is too long: 1284668 tokens > 1000000 maximum" }), "context_overflow", false],
  ["Responses: error event", "OpenAI's SDK's types: ResponseErrorEvent", responsesEvent({ type: "error", code: "rate_limit_exceeded", message: "Rate limit reached. Please try again in 1.2s.", param: null, sequence_number: 1 }), "rate_limit", true],
  ["Responses: error event that wraps its error", "OpenAI's service, which wraps what its types do not", responsesEvent({ type: "error", error: { type: "insufficient_quota", code: "insufficient_quota", message: "You exceeded your current quota" } }), "usage_limit", false],
  ["Responses: failed, server error", "OpenAI's SDK's types: ResponseError", failed("server_error", "The server had an error"), "generic", true],
  ["Responses: failed, rate limit", "OpenAI's SDK's types: ResponseError", failed("rate_limit_exceeded", "x"), "rate_limit", true],
  ["Responses: failed, image policy", "OpenAI's SDK's types: ResponseError", failed("image_content_policy_violation", "x"), "content_filter", false],
  ["Responses: failed, image not readable", "OpenAI's SDK's types: ResponseError", failed("image_parse_error", "x"), "config", false],
  ["Responses: failed, context", "OpenAI's service", failed("context_length_exceeded", "Your input exceeds the context window of this model."), "context_overflow", false],
  ["Responses: failed behind a gateway", "Wei-Shaw/sub2api#3038", failed("upstream_error", "Upstream request failed"), "generic", true],
  ["Responses: an error without a type", "vllm-project/vllm#40418", responsesEvent({ type: "", error: { message: "kv load failed", type: "InternalServerError", code: 500 } }), "generic", true, 500],
  ["Chat: error object", "OpenAI's SDK's streaming", chatEvent({ error: { message: "The server had an error while processing your request.", type: "server_error", param: null, code: null } }), "generic", true],
  ["Chat: error beside empty choices", "use-agent-os/agent-os#2214", chatEvent({ model: "gpt-4o", error: { message: "the server had an error processing your request" }, choices: [] }), "generic", true],
  ["OpenRouter: error chunk", "OpenRouter, page on errors", chatEvent({ id: "g1", object: "chat.completion.chunk", provider: "x", error: { code: 502, message: "Provider disconnected", metadata: { error_type: "provider_unavailable" } }, choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }] }), "overloaded", true, 502],
  ["OpenRouter: error chunk with a named code", "use-agent-os/agent-os#2214", chatEvent({ error: { code: "server_error", message: "Provider disconnected unexpectedly" }, choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }] }), "generic", true],
  ["OpenRouter: context in the stream", "dcdpr/jp#978", chatEvent({ error: { code: 400, message: "prompt is too long: 1284668 tokens > 1000000 maximum" }, choices: [] }), "context_overflow", false, 400],
  ["OpenRouter: failed without an error", "gethouston/houston#1211", chatEvent({ choices: [{ index: 0, delta: {}, finish_reason: "error" }] }), "generic", true],
  ["OpenRouter: a good end that is none", "OleksandrChekhovskyi/hax#15", chatEvent({ choices: [{ index: 0, delta: {}, finish_reason: "stop", native_finish_reason: "network_error" }] }), "generic", true],
  ["vLLM: error object in the stream", "vLLM's create_streaming_error_response", chatEvent({ error: { object: "error", message: "Internal server error", type: "InternalServerError", param: null, code: 500 } }), "generic", true, 500],
  ["vLLM: error object not wrapped", "vLLM before 0.10", chatEvent({ object: "error", message: "bad", type: "BadRequestError", param: null, code: 400 }), "config", false, 400],
  ["SGLang, vLLM: aborted", "their finish reason abort", chatEvent({ choices: [{ index: 0, delta: {}, finish_reason: "abort" }] }), "generic", true],
  ["DeepSeek: no resources in mid-answer", "DeepSeek's API: insufficient_system_resource", chatEvent({ choices: [{ index: 0, delta: {}, finish_reason: "insufficient_system_resource" }] }), "overloaded", true],
  ["llama.cpp: a field of its own for errors", "coddy-project/coddy-agent#106", chatStream('error: {"code":400,"message":"the request exceeds the available context size. try increasing the context size or enable context shift","type":"invalid_request_error"}\n\ndata: [DONE]\n\n'), "context_overflow", false, 400],
  ["llama.cpp: error as data", "ggml-org/llama.cpp#16109", chatEvent({ error: { code: 500, message: "context shift is disabled", type: "server_error" } }), "generic", true, 500],
  ["LM Studio: named error event, status 200", "lmstudio-ai/lmstudio-bug-tracker#2322, words of its #237", chatStream('event: error\ndata: {"error":{"message":"Trying to keep the first 15857 tokens when context the overflows. However, the model is loaded with context length of only 8192 tokens"}}\n\n'), "context_overflow", false],
  ["a named error event with words only", "gateways", chatStream("event: error\ndata: \"upstream timed out\"\n\n"), "generic", true],
  ["Text Generation Inference: in the stream", "huggingface/text-generation-inference", chatEvent({ error: "Incomplete generation", error_type: "incomplete_generation" }), "generic", true],
  ["Groq: call that is none, in the stream", "Groq's service", chatEvent({ error: { message: "Failed to call a function.", type: "invalid_request_error", code: "tool_use_failed", status_code: 400 } }), "config", false, 400],
  ["status as text", "LiteLLM", chatEvent({ error: { message: "slow", type: "None", param: "None", code: "429" } }), "rate_limit", true, 429],
  ["FastAPI failed in mid-stream", "FastAPI", chatEvent({ detail: "Internal server error" }), "generic", true],
  ["a bare string", "Envoy in front of a stream", chatEvent({ error: "upstream connect error, connection reset" }), "network", true],
  ["words: overloaded", "gateways", chatEvent({ error: { message: "Model is overloaded" } }), "overloaded", true],
  ["words: quota", "gateways", chatEvent({ error: { message: "You exceeded your current quota" } }), "usage_limit", false],
  ["unknown words", "any", chatEvent({ error: { message: "something odd" } }), "generic", true],
  ["an event that is no JSON", "a proxy that cut and joined", chatStream('data: {"choices":[{"delta":{"content":"x"}\n\n'), "network", true],
  ["a web page in mid-stream", "a proxy that gave up", chatStream("data: <html><head><title>504</title></head></html>\n\n"), "network", true],
  ["the end without a terminal event", "a server that died in good order", chatStream(""), "network", true],
];

const TRANSPORT: readonly FailureRow[] = [
  ["no such host", "Node's dns", connect("ENOTFOUND", "getaddrinfo ENOTFOUND api.example.com"), "network", true, null],
  ["the name server does not answer", "Node's dns", connect("EAI_AGAIN", "getaddrinfo EAI_AGAIN api.example.com"), "network", true, null],
  ["refused", "Node's net", connect("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:9"), "network", true, null],
  ["refused on both address families", "Node's happy eyeballs", { type: "connect", error: new TypeError("fetch failed", { cause: new AggregateError([Object.assign(new Error("connect"), { code: "ECONNREFUSED" })]) }) }, "network", true, null],
  ["reset", "Node's net", connect("ECONNRESET", "read ECONNRESET"), "network", true, null],
  ["reset before TLS", "Node's tls", connect("ECONNRESET", "Client network socket disconnected before secure TLS connection was established"), "network", true, null],
  ["reset in mid-answer", "anthropics/claude-code#61207", cut("ECONNRESET", "read ECONNRESET"), "network", true, null],
  ["broken pipe", "Node's net", connect("EPIPE", "write EPIPE"), "network", true, null],
  ["aborted by this machine", "Windows' sockets", connect("ECONNABORTED"), "network", true, null],
  ["host unreachable", "Node's net", connect("EHOSTUNREACH"), "network", true, null],
  ["network unreachable", "Node's net", connect("ENETUNREACH"), "network", true, null],
  ["no socket left", "Node's net", connect("EMFILE"), "network", true, null],
  ["timed out by the system", "Node's net", connect("ETIMEDOUT"), "timeout", true, null],
  ["connect timeout", "undici", connect("UND_ERR_CONNECT_TIMEOUT", "Connect Timeout Error"), "timeout", true, null],
  ["headers timeout", "undici", connect("UND_ERR_HEADERS_TIMEOUT", "Headers Timeout Error"), "timeout", true, null],
  ["body timeout", "undici", cut("UND_ERR_BODY_TIMEOUT", "Body Timeout Error"), "stream_silence", true, null],
  ["other side closed", "nodejs/undici#3300", connect("UND_ERR_SOCKET", "other side closed"), "network", true, null],
  ["other side closed in mid-answer", "vercel/ai#9775", cut("UND_ERR_SOCKET", "other side closed"), "network", true, null],
  ["answer shorter than promised", "undici", cut("UND_ERR_RES_CONTENT_LENGTH_MISMATCH"), "network", true, null],
  ["pool closed under the call", "undici", connect("UND_ERR_CLOSED"), "network", true, null],
  ["an argument that undici refuses", "undici: a bug of ours", connect("UND_ERR_INVALID_ARG", "invalid method"), "generic", false, null],
  ["broken chunked encoding", "llhttp", cut("HPE_INVALID_CHUNK_SIZE"), "network", true, null],
  ["terminated, nothing more", "undici", { type: "cut", error: new TypeError("terminated") }, "network", true, null],
  ["premature close", "Node's streams", cut("ERR_STREAM_PREMATURE_CLOSE", "Premature close"), "network", true, null],
  ["HTTP/2: goaway", "Node's http2", cut("ERR_HTTP2_SESSION_ERROR", "Session closed with error code 0: GOAWAY"), "network", true, null],
  ["HTTP/2: stream refused", "Node's http2", connect("ERR_HTTP2_STREAM_ERROR", "Stream closed with error code NGHTTP2_REFUSED_STREAM"), "network", true, null],
  ["expired certificate", "Node's tls", connect("CERT_HAS_EXPIRED", "certificate has expired"), "config", false, null],
  ["self-signed certificate", "Node's tls", connect("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"), "config", false, null],
  ["self-signed certificate in the chain", "a corporate proxy", connect("SELF_SIGNED_CERT_IN_CHAIN"), "config", false, null],
  ["unknown issuer", "Node's tls", connect("UNABLE_TO_GET_ISSUER_CERT_LOCALLY"), "config", false, null],
  ["certificate of another host", "Node's tls", connect("ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames"), "config", false, null],
  ["https towards an http port", "OpenSSL", connect("ERR_SSL_WRONG_VERSION_NUMBER"), "config", false, null],
  ["TLS handshake too slow", "Node's tls", connect("ERR_TLS_HANDSHAKE_TIMEOUT"), "timeout", true, null],
  ["an address that is none", "Node's fetch", { type: "connect", error: new TypeError("Failed to parse URL from nowhere", { cause: Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" }) }) }, "config", false, null],
  ["a forbidden port", "Fetch's list of bad ports", { type: "connect", error: new TypeError("fetch failed", { cause: new Error("bad port") }) }, "config", false, null],
];

const THROWN: readonly FailureRow[] = [
  ["OpenAI's SDK's own timeout", "APIConnectionTimeoutError", thrown(new OpenAI.APIConnectionTimeoutError()), "timeout", true, null],
  ["Anthropic's SDK's own timeout", "APIConnectionTimeoutError", thrown(new Anthropic.APIConnectionTimeoutError()), "timeout", true, null],
  ["OpenAI's SDK around a socket's error", "APIConnectionError", thrown(new OpenAI.APIConnectionError({ message: "Connection error.", cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) })), "network", true, null],
  ["Anthropic's SDK with nothing but words", "APIConnectionError", thrown(new Anthropic.APIConnectionError({ message: "Connection error." })), "network", true, null],
  ["socket hang up", "Node's http", thrown(new Error("socket hang up")), "network", true, null],
  ["unexpected EOF", "Go's gateways", thrown(new Error("unexpected EOF")), "network", true, null],
  ["goaway in words", "Go's http2", thrown(new Error("http2: server sent GOAWAY and closed the connection")), "network", true, null],
  ["a damaged stream", "ours", thrown(new DamagedStream("an event of the stream is not JSON")), "network", true, null],
  ["an error of our own", "a bug", thrown(new TypeError("x is not a function")), "generic", false, null],
  ["something that is no error", "a bug", thrown("oops"), "generic", false, null],
];

export const OTHER_FAILURES: readonly FailureRow[] = [...STREAM, ...TRANSPORT, ...THROWN];
