// Quirks of a request's fields, as data (SPEC X10): names and values that one server refuses.
import type { Dialect } from "../provider.ts";
import type { Quirk } from "./quirk.ts";

const ALL: readonly Dialect[] = ["openai-chat", "openai-responses", "anthropic"];
const OPENAI: readonly Dialect[] = ["openai-chat", "openai-responses"];
const OPENAI_SOURCES = [
  { url: "https://platform.openai.com/docs/guides/reasoning", on: "2026-11-28" },
  { url: "https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning", on: "2026-11-28" },
];
const ANTHROPIC_SOURCES = [
  { url: "https://platform.claude.com/docs/en/models/opus-5-5/migration-guide", on: "2026-11-28" },
  { url: "https://platform.claude.com/docs/en/build-with-claude/effort", on: "2026-11-28" },
];

const OUTPUT_SOURCES = [
  { url: "https://developers.openai.com/api/docs/guides/structured-outputs", on: "2026-11-29" },
];
const ANTHROPIC_OUTPUT_SOURCES = [
  { url: "https://platform.claude.com/docs/en/build-with-claude/structured-outputs", on: "2026-11-29" },
];

/**
 * Words with which a server refuses a field whatever its value. One value out of range is different: that is a mistake
 * in the model config, and is reported as one.
 */
const REFUSED = String.raw`(unsupported|not supported|does not support|unrecognized|unknown|unexpected keyword|deprecated|extra inputs are not permitted|extra_forbidden|not permitted|not allowed|only .{0,20}(is allowed|\(1\) value))`;

function refusedField(field: string): readonly RegExp[] {
  const name = field.replaceAll(".", String.raw`\.`);
  const quoted = String.raw`(?<![\w.])["'\x60]?${name}["'\x60]?(?![\w.])`;
  return [
    new RegExp(
      `(unsupported|unknown|unrecognized) (parameter|value|request argument)[^:]{0,20}:? ?${quoted}`,
    ),
    new RegExp(`${quoted}.{0,80}${REFUSED}`),
    new RegExp(`(property|argument|field|parameter|invalid) ${quoted}.{0,60}${REFUSED}`),
  ];
}

interface Droppable {
  readonly field: string;
  readonly dialects: readonly Dialect[];
  readonly sources: Quirk["sources"];
}

/** Left out if refused; the log says so. */
const DROPPABLE: readonly Droppable[] = [
  { field: "temperature", dialects: ALL, sources: [...OPENAI_SOURCES, ...ANTHROPIC_SOURCES] },
  { field: "top_p", dialects: ALL, sources: [...OPENAI_SOURCES, ...ANTHROPIC_SOURCES] },
  { field: "top_k", dialects: ALL, sources: ANTHROPIC_SOURCES },
  { field: "presence_penalty", dialects: OPENAI, sources: OPENAI_SOURCES },
  { field: "frequency_penalty", dialects: OPENAI, sources: OPENAI_SOURCES },
  { field: "stop", dialects: ["openai-chat"], sources: OPENAI_SOURCES },
  {
    field: "stream_options",
    dialects: ["openai-chat"],
    sources: [{ url: "https://platform.openai.com/docs/api-reference/chat/create", on: "2026-11-28" }],
  },
  {
    field: "reasoning.summary",
    dialects: ["openai-responses"],
    sources: [{ url: "https://github.com/openai/openai-cookbook/issues/2271", on: "2026-11-28" }],
  },
  { field: "reasoning_effort", dialects: ["openai-chat"], sources: OPENAI_SOURCES },
  { field: "reasoning", dialects: ["openai-responses"], sources: OPENAI_SOURCES },
  { field: "store", dialects: ["openai-responses"], sources: OPENAI_SOURCES },
  { field: "include", dialects: ["openai-responses"], sources: OPENAI_SOURCES },
  { field: "response_format", dialects: ["openai-chat"], sources: OUTPUT_SOURCES },
  { field: "text.format", dialects: ["openai-responses"], sources: OUTPUT_SOURCES },
  // Before the whole, which also has the effort.
  { field: "output_config.format", dialects: ["anthropic"], sources: ANTHROPIC_OUTPUT_SOURCES },
  { field: "tool_choice", dialects: ALL, sources: OUTPUT_SOURCES },
  { field: "output_config", dialects: ["anthropic"], sources: ANTHROPIC_SOURCES },
];

/** Words for which the pattern of a refused field is not enough. */
const FIELD_WORDS: Readonly<Record<string, readonly RegExp[]>> = {
  "reasoning.summary": [/must be verified to generate reasoning summaries/],
  include: [/encrypted content is not supported with this model/],
  response_format: [/this response_format type is unavailable/],
  "output_config.format": [/does not support (structured outputs?|output format)/],
  tool_choice: [/thinking may not be enabled when tool_choice forces/, /does not support this tool_choice/],
  output_config: [/does not support the effort parameter/],
};

const DROPPING: readonly Quirk[] = DROPPABLE.map(({ field, dialects, sources }) => ({
  name: `without-${field.replaceAll(/[._]/g, "-")}`,
  dialects,
  words: [...(FIELD_WORDS[field] ?? []), ...refusedField(field)],
  change: { type: "drop", field },
  about: `refuses ${field}: it is left out`,
  sources,
}));

/** Efforts that not all reasoning models know, each with the nearest one that more models know. */
const EFFORTS: readonly (readonly [string, string | undefined])[] = [
  ["max", "xhigh"],
  ["xhigh", "high"],
  ["minimal", "low"],
  ["none", "minimal"],
];

/** Where each dialect has the effort. */
const EFFORT_FIELDS: readonly (readonly [Dialect, string])[] = [
  ["openai-chat", "reasoning_effort"],
  ["openai-responses", "reasoning.effort"],
  ["anthropic", "output_config.effort"],
];

const LOWERING: readonly Quirk[] = EFFORT_FIELDS.flatMap(([dialect, field]) =>
  EFFORTS.map(([value, by]): Quirk => {
    const quoted = String.raw`["'\x60]${value}["'\x60]`;
    return {
      name: `effort-${value}-as-${by}-in-${dialect}`,
      dialects: [dialect],
      words: [
        new RegExp(
          String.raw`(unsupported|invalid) value:? .{0,60}${quoted}.{0,80}(supported values|not supported)`,
        ),
        new RegExp(String.raw`effort.{0,60}(does not support|not support).{0,20}${quoted}`),
        new RegExp(String.raw`effort.{0,40}${quoted}.{0,60}not (supported|available)`),
        new RegExp(String.raw`does not support effort.{0,20}${quoted}`),
      ],
      change: { type: "replace", field, value, by },
      about: `does not know the reasoning effort ${value}: ${by} is asked for`,
      sources: dialect === "anthropic" ? ANTHROPIC_SOURCES : OPENAI_SOURCES,
    };
  }),
);

const NAMING: readonly Quirk[] = [
  {
    name: "max-completion-tokens",
    dialects: ["openai-chat"],
    words: [
      /max_tokens.{0,80}not supported.{0,120}max_completion_tokens/,
      /use .?max_completion_tokens.? instead/,
    ],
    change: { type: "rename", from: "max_tokens", to: "max_completion_tokens" },
    about: "calls the limit of an answer max_completion_tokens",
    sources: OPENAI_SOURCES,
  },
  {
    name: "max-tokens",
    dialects: ["openai-chat"],
    words: refusedField("max_completion_tokens"),
    change: { type: "rename", from: "max_completion_tokens", to: "max_tokens" },
    about: "calls the limit of an answer max_tokens",
    sources: [{ url: "https://learn.microsoft.com/azure/ai-foundry/openai/reference", on: "2026-11-28" }],
  },
  {
    name: "thinking-by-effort",
    dialects: ["anthropic"],
    words: [
      /thinking\.type\.enabled.{0,20}not supported/,
      /thinking\.type\.disabled.{0,20}not supported.{0,80}adaptive/,
    ],
    change: { type: "thinking", way: "adaptive" },
    about: "thinks by effort alone: neither a budget of tokens nor an end of thinking is taken",
    sources: ANTHROPIC_SOURCES,
  },
  {
    name: "thinking-by-budget",
    dialects: ["anthropic"],
    words: [
      /adaptive thinking is not supported/,
      /thinking\.type\.adaptive.{0,20}not supported/,
      /'adaptive'.{0,80}expected .{0,20}'(enabled|disabled)'/,
    ],
    change: { type: "thinking", way: "budget" },
    about: "thinks by a budget of tokens, and does not know thinking by effort",
    sources: ANTHROPIC_SOURCES,
  },
  {
    name: "without-thinking",
    dialects: ["anthropic"],
    words: [/does not support (extended )?thinking/, /thinking: extra inputs are not permitted/],
    change: { type: "thinking", way: "leave out" },
    about: "does not think",
    sources: ANTHROPIC_SOURCES,
  },
];

export const FIELD_QUIRKS: readonly Quirk[] = [...NAMING, ...LOWERING, ...DROPPING];
