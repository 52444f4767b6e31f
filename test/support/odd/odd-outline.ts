// Tests: histories and prompts in a line per message, so that a fixture can say what they must be.
import assert from "node:assert/strict";
import type { Message } from "../../../core/chat/message.ts";
import type { JsonObject, JsonValue, Part } from "../../../core/part/part.ts";
import { listOf, objectOf } from "../../../dev/demo-model/json.ts";
import { checkPrompt } from "../../../dev/demo-model/request/check-prompt.ts";
import type { DialectName } from "../../../dev/demo-model/request/model-call.ts";
import { readPrompt } from "../../../dev/demo-model/request/read-prompt.ts";

/** `assistant stop: Hello | list_templates {"query":"node"}`, `tool: list_templates ok`. */
export function outline(messages: readonly Message[]): string[] {
  return messages.map((message) => {
    const finish = message.role === "assistant" ? ` ${message.finish_reason}` : "";
    return `${message.role}${finish}: ${message.content.map(partOutline).join(" | ")}`;
  });
}

function partOutline(part: Part): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "reasoning":
      return `(${part.text})`;
    case "tool-call":
      return `${part.tool_name}${part.provider_executed === true ? "*" : ""} ${JSON.stringify(part.args)}`;
    case "tool-result":
      return `${part.tool_name} ${part.is_error ? `failed: ${errorIn(part.result)}` : "ok"}`;
    case "source":
      return `[${part.url}]`;
    default:
      return part.type;
  }
}

function errorIn(result: JsonValue): string {
  const { error } = result as { readonly error?: unknown };
  return typeof error === "string" ? error : JSON.stringify(result);
}

/** The prompt of a request, once it is one that the dialect's service takes; system text and last question left out. */
export function promptOutline(dialect: DialectName, body: JsonObject): string[] {
  const turns = readPrompt(dialect, body);
  checkPrompt(dialect, body, turns);
  assertCallsValid(dialect, body);
  const shown = turns.filter(({ role }) => role !== "system").slice(0, -1);
  for (const turn of shown) {
    const says = turn.texts.some((text) => text.trim() !== "");
    assert.ok(says || turn.calls.length + turn.results.length > 0, `a ${turn.role} message says nothing`);
  }
  return shown.map(({ role, texts, calls, results }) => {
    const said = [...texts, ...calls.map(({ name }) => `${name}()`)];
    return `${role}: ${[...said, ...results.map(({ text }) => text)].join(" | ")}`;
  });
}

/** Names and ids in the characters that all services take, arguments that are an object. */
function assertCallsValid(dialect: DialectName, body: JsonObject): void {
  for (const { name, id, args } of callsOf(dialect, body)) {
    assert.match(name, /^[A-Za-z0-9_-]{1,64}$/);
    assert.match(id, /^[A-Za-z0-9_.:-]{1,64}$/);
    const value: unknown = typeof args === "string" ? JSON.parse(args) : args;
    assert.ok(typeof value === "object" && value !== null && !Array.isArray(value), `arguments of ${name}`);
  }
}

interface SentCall {
  readonly name: string;
  readonly id: string;
  readonly args: unknown;
}

/** The calls in the history of a request. */
export function callsOf(dialect: DialectName, body: JsonObject): readonly SentCall[] {
  const list = listOf(body["messages"] ?? body["input"]).map(objectOf);
  if (dialect === "openai-responses") {
    return list
      .filter((item) => item["type"] === "function_call")
      .map(({ name, call_id, arguments: args }) => ({ name: String(name), id: String(call_id), args }));
  }
  if (dialect === "anthropic") {
    return list
      .flatMap((message) => listOf(message["content"]).map(objectOf))
      .filter((block) => block["type"] === "tool_use")
      .map(({ name, id, input }) => ({ name: String(name), id: String(id), args: input }));
  }
  return list
    .flatMap((message) => listOf(message["tool_calls"]).map(objectOf))
    .map((call) => {
      const { name, arguments: args } = objectOf(call["function"]);
      return { name: String(name), id: String(call["id"]), args };
    });
}
