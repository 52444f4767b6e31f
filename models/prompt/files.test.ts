// Tests how files of messages and results reach each dialect, and what stands in their place where they cannot.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FilePart, Part } from "../../core/part/part.ts";
import { toAnthropic } from "../anthropic/to-anthropic.ts";
import { toOpenAiChat } from "../openai-chat/to-openai-chat.ts";
import { toOpenAiResponses } from "../openai-responses/to-openai-responses.ts";
import type { PromptFile, PromptMessage } from "../provider.ts";
import { PLAIN_SHAPE, type PromptShape } from "../quirks/quirk.ts";
import { quirksForRefusal } from "../quirks/quirk-lessons.ts";

const AT = "2026-11-29T10:00:00Z";
const PNG = "iVBORw0KGgo=";
const PDF = "JVBERi0=";

const part = (file_id: string, name: string, media_type: string): FilePart => ({
  type: "file",
  file_id,
  name,
  media_type,
});
const picture = part("1", "red.png", "image/png");
const paper = part("2", "paper.pdf", "application/pdf");
const table = part("3", "table.csv", "text/csv");
const gone = part("4", "gone.md", "text/markdown");

const files = new Map<string, PromptFile>([
  ["1", { type: "image", media_type: "image/png", data: PNG, chars: PNG.length }],
  ["2", { type: "document", data: PDF }],
  ["3", { type: "text", text: "a,b", size: 3, is_cut: false }],
  ["4", { type: "unshown", words: "because it was deleted" }],
]);

const target = (shape: Partial<PromptShape> = {}) => ({
  provider: "p",
  shape: { ...PLAIN_SHAPE, ...shape },
  declared: new Set(["look"]),
  files,
});

function asked(...content: Part[]): readonly PromptMessage[] {
  return [{ role: "user", content: [{ type: "text", text: "see" }, ...content], provider: null }];
}

const LABEL = "[Attached file: red.png (image/png)]";
const TABLE = "[Attached file: table.csv (text/csv): all 3 bytes]\n```\na,b\n```";
const GONE = "[Attached file: gone.md (text/markdown): not shown, because it was deleted]";

test("C5 each dialect gets pictures and PDFs in its own shape, text files as text, others in words", () => {
  const history = asked(picture, paper, table, gone);
  const text = (words: string) => ({ type: "text", text: words });
  assert.deepEqual(toAnthropic("", history, target({ cache_marks: false })).messages[0]?.content, [
    text("see"),
    text(LABEL),
    { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } },
    {
      type: "document",
      source: { type: "base64", media_type: "application/pdf", data: PDF },
      title: "paper.pdf",
    },
    text(TABLE),
    text(GONE),
  ]);
  assert.deepEqual(toOpenAiChat("", history, target())[0]?.content, [
    text("see"),
    text(LABEL),
    { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
    { type: "file", file: { filename: "paper.pdf", file_data: `data:application/pdf;base64,${PDF}` } },
    text(TABLE),
    text(GONE),
  ]);
  const input = (words: string) => ({ type: "input_text", text: words });
  assert.deepEqual(toOpenAiResponses("", history, target()).input, [
    {
      role: "user",
      content: [
        input("see"),
        input(LABEL),
        { type: "input_image", image_url: `data:image/png;base64,${PNG}`, detail: "auto" },
        { type: "input_file", filename: "paper.pdf", file_data: `data:application/pdf;base64,${PDF}` },
        input(TABLE),
        input(GONE),
      ],
    },
  ]);
});

test("C5 where a model takes no pictures or documents, words name them, and Chat Completions stays plain text", () => {
  const blind = target({ images: "words", documents: "words" });
  assert.equal(
    toOpenAiChat("be brief", asked(picture, paper), blind)[1]?.content,
    [
      "see",
      "[Attached file: red.png (image/png): not shown, because this model takes no pictures]",
      "[Attached file: paper.pdf (application/pdf): not shown, because this model takes no documents]",
    ].join("\n\n"),
  );
  const small = toAnthropic("", asked(picture), target({ image_chars_max: 3, cache_marks: false }));
  assert.match(JSON.stringify(small.messages), /larger than this model takes/);
});

test("C5 a text file's fence is longer than any in it, and a cut one says how much is shown", () => {
  const cut = new Map<string, PromptFile>([
    ["3", { type: "text", text: "```js\n```", size: 500 * 1024, is_cut: true }],
  ]);
  const [message] = toOpenAiChat("", asked(table), { ...target(), files: cut });
  assert.equal(
    message?.content,
    "see\n\n[Attached file: table.csv (text/csv): its first 1 KiB of 500 KiB]\n````\n```js\n```\n````",
  );
});

function read(result: Part): readonly PromptMessage[] {
  const call: Part = { type: "tool-call", tool_call_id: "c1", tool_name: "look", args: {}, created_at: AT };
  return [
    ...asked(),
    { role: "assistant", content: [call], provider: "p" },
    { role: "tool", content: [result], provider: null },
  ];
}

test("C5 files of a tool's result are in the result, or behind all results where those are text", () => {
  const history = read({
    type: "tool-result",
    tool_call_id: "c1",
    tool_name: "look",
    result: { name: "red.png" },
    is_error: false,
    files: [picture],
    created_at: AT,
  });
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } };
  assert.deepEqual(toAnthropic("", history, target({ cache_marks: false })).messages.at(-1)?.content, [
    {
      type: "tool_result",
      tool_use_id: "c1",
      content: [{ type: "text", text: '{"name":"red.png"}' }, { type: "text", text: LABEL }, image],
    },
  ]);
  const output = toOpenAiResponses("", history, target()).input.at(-1);
  assert.equal(output?.type === "function_call_output" && output.output.length, 3);
  const chat = toOpenAiChat("", history, target());
  assert.deepEqual(
    chat.map(({ role }) => role),
    ["user", "assistant", "tool", "user"],
  );
  const mistral = toOpenAiChat("", history, target({ user_behind_tool: false }));
  assert.deepEqual(
    mistral.map(({ role }) => role),
    ["user", "assistant", "tool", "assistant", "user"],
  );
  const blind = toOpenAiChat("", history, target({ images: "words" }));
  assert.deepEqual(
    blind.map(({ role }) => role),
    ["user", "assistant", "tool"],
  );
  assert.match(JSON.stringify(blind.at(-1)), /takes no pictures/);
});

test("C5 X10 refusals of real servers teach that a model takes no pictures or documents; a broken picture teaches nothing", () => {
  const taught = (text: string, status = 400) => quirksForRefusal({ text, codes: [] }, status);
  for (const [words, status] of [
    ["image input is not supported - hint: if this is unexpected, you may need to provide the mmproj", 500],
    ["Failed to deserialize: messages[7]: unknown variant `image_url`, expected `text` at line 1", 400],
    ["No endpoints found that support image input", 404],
    ["Invalid content type. image_url is only supported by certain models.", 400],
    ['Failed to parse messages: Unsupported content part type: "image_url"; messages = []', 500],
  ] as const)
    assert.deepEqual(taught(words, status), ["no-images"], words);
  for (const words of [
    "unknown variant `file`, expected one of `text`, `image_url`",
    'Unsupported content part type: "file"',
  ])
    assert.deepEqual(taught(words), ["no-documents"], words);
  for (const words of ["Could not process image", "image exceeds 5 MB maximum", "unsupported image format"])
    assert.deepEqual(taught(words), [], words);
});
