// Random histories for the property tests of the prompt conversions: far wilder than what the store holds.
import fc from "fast-check";
import type { JsonObject, Part, ProviderData } from "../../core/part/part.ts";
import type { PromptMessage } from "../provider.ts";

const AT = "2026-11-20T10:00:00Z";
const PROVIDERS = ["openai", "anthropic", "openai-compatible"] as const;

const text = fc.oneof(
  fc.constantFrom("", " ", "\n", "Hello ", "a\n\n", "```", "Grüße 👩‍🚀", "half \ud83d"),
  fc.string({ maxLength: 12 }),
);
const args: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constantFrom<JsonObject>({}, { path: "a" }, { _raw: '{"path": "a' }, { _raw: "" }),
  fc.dictionary(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 }), { maxKeys: 2 }),
);
const result = fc.oneof(
  fc.constantFrom("", "plain", null, 3, { error: "no such file" }, { error: 1 }, { content: "x" }, [], {}, { content: [{ type: "image", data: "aQ==", mimeType: "image/png" }] }),
  args,
);
const toolName = fc.constantFrom("read_file", "slug__tool", "not a name!", "", "ü", "n".repeat(80));
/** Few enough that they repeat, within a step and between steps. */
const callId = fc.constantFrom("call_0", "call_1", "toolu_a", "", "bad id", "functions.read_file:0", "abc123DEF", "i".repeat(70), null);

function dataFor(provider: string, fields: JsonObject): ProviderData {
  return { ...fields, provider };
}

/** One part of an assistant message. Tool results may follow later. */
function assistantPart(provider: string, nextId: () => string): fc.Arbitrary<readonly Part[]> {
  const id = fc.constant(null).map(() => nextId());
  const writer = fc.constantFrom(provider, "someone-else");
  return fc.oneof(
    fc.tuple(text).map(([said]): Part[] => [{ type: "text", text: said }]),
    fc.tuple(text, writer).map(([said, by]): Part[] => [{ type: "text", text: said, provider_data: dataFor(by, { response_id: "resp_1" }) }]),
    fc
      .tuple(text, writer, fc.constantFrom<JsonObject>({}, { signature: "s" }, { redacted_thinking: "r" }, { item_id: "rs", encrypted_content: "e" }, { item_id: "rs_2", encrypted_content: "e" }, { field: "reasoning_content" }, { reasoning_details: [{ type: "reasoning.text", index: 0 }] }))
      .map(([said, by, fields]): Part[] => [{ type: "reasoning", text: said, provider_data: dataFor(by, fields) }]),
    fc
      .tuple(id, toolName, args, writer, callId)
      .map(([tool_call_id, tool_name, given, by, call_id]): Part[] => [
        { type: "tool-call", tool_call_id, tool_name, args: given, created_at: AT, provider_data: dataFor(by, { call_id }) },
      ]),
    fc.tuple(id, writer, fc.boolean()).map(([tool_call_id, by, isComplete]) => serverTool(tool_call_id, by, isComplete)),
    fc.constant<readonly Part[]>([{ type: "source", url: "https://example.org", title: "A" }]),
  );
}

function serverTool(tool_call_id: string, by: string, isComplete: boolean): readonly Part[] {
  const shared = { tool_call_id, tool_name: "web_search", created_at: AT };
  const use = { type: "server_tool_use", id: tool_call_id, name: "web_search", input: {} };
  const item = { type: "web_search_call", id: tool_call_id, status: "completed" };
  const found = { type: "web_search_tool_result", tool_use_id: tool_call_id, content: [] };
  const call: Part = { ...shared, type: "tool-call", args: {}, provider_executed: true, provider_data: dataFor(by, { block: use, item }) };
  const answer: Part = { ...shared, type: "tool-result", result: {}, is_error: false, provider_data: dataFor(by, { block: found }) };
  return isComplete ? [call, answer] : [call];
}

const userPart: fc.Arbitrary<Part> = fc.oneof(
  text.map((said): Part => ({ type: "text", text: said })),
  text.map((content): Part => ({ type: "file-reference", file_name: "a.ts", start_line: 1, end_line: 2, content })),
  fc.constant<Part>({ type: "file", file_id: "f", media_type: "text/plain", name: "a.txt" }),
);

type Kind = "user" | "system" | "assistant";

/** A message and, after an assistant's, maybe a tool message with some of its results, in any order. */
function messages(nextId: () => string): fc.Arbitrary<readonly PromptMessage[]> {
  const kind = fc.constantFrom<Kind>("user", "user", "assistant", "assistant", "assistant", "system");
  return fc.tuple(kind, fc.constantFrom(...PROVIDERS)).chain(([role, provider]): fc.Arbitrary<readonly PromptMessage[]> => {
    if (role !== "assistant") {
      return fc.array(userPart, { maxLength: 3 }).map((content) => [{ role, content, provider: null }]);
    }
    return fc.array(assistantPart(provider, nextId), { maxLength: 5 }).chain((parts) => {
      const content = parts.flat();
      const calls = content.filter((part) => part.type === "tool-call" && part.provider_executed !== true);
      return fc.tuple(fc.shuffledSubarray(calls), result, fc.boolean()).map(([answered, value, is_error]) => {
        const results = answered.flatMap((call): Part[] =>
          call.type === "tool-call"
            ? [{ type: "tool-result", tool_call_id: call.tool_call_id, tool_name: call.tool_name, result: value, is_error, created_at: AT }]
            : [],
        );
        const orphan: Part = { type: "tool-result", tool_call_id: "nobody's", tool_name: "x", result: {}, is_error: false, created_at: AT };
        return [
          { role: "assistant" as const, content, provider },
          ...(results.length > 0 ? [{ role: "tool" as const, content: [...results, orphan], provider: null }] : []),
        ];
      });
    });
  });
}

/** A history of any length, with ids of ours that are unique in it. */
export function histories(): fc.Arbitrary<readonly PromptMessage[]> {
  let count = 0;
  const nextId = () => `ours_${++count}`;
  return fc.array(messages(nextId), { maxLength: 8 }).map((groups) => groups.flat());
}
