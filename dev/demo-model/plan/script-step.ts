// A script is what a test wants the model to do, step by step; this is its language. Unknown words are errors, not silence.
import { z } from "zod";

const count = z.int().min(0).max(1_000_000);
const milliseconds = z.number().min(0).max(600_000);

const toolCallSchema = z.strictObject({
  name: z.string(),
  args: z.record(z.string(), z.unknown()).optional(),
  /** Sent as it is, for arguments that are not JSON. */
  raw_args: z.string().optional(),
  /** Absent: a fresh one; null: none on the wire. */
  id: z.string().nullable().optional(),
  /** In how many deltas the arguments come. */
  pieces: z.int().min(1).max(10_000).optional(),
});

const httpErrorSchema = z.strictObject({
  status: z.int().min(400).max(599),
  message: z.string().optional(),
  type: z.string().optional(),
  code: z.string().optional(),
  retry_after: z.union([z.number(), z.string()]).optional(),
  retry_after_ms: z.number().optional(),
  /** A web page in place of the dialect's error, as proxies send it. */
  html: z.boolean().optional(),
});

const streamErrorSchema = z.strictObject({
  message: z.string().optional(),
  type: z.string().optional(),
  code: z.string().optional(),
  /** Responses only: `response.failed` in place of an `error` event. */
  response_failed: z.boolean().optional(),
});

const usageSchema = z.strictObject({
  input_tokens: count.optional(),
  output_tokens: count.optional(),
  reasoning_tokens: count.optional(),
  cache_read_tokens: count.optional(),
  cache_write_tokens: count.optional(),
});

const plainStepSchema = z.strictObject({
  text: z.string().optional(),
  parts: count.optional(),
  part_chars: count.optional(),
  stamp: z.boolean().optional(),
  reasoning: z.string().optional(),
  reasoning_parts: count.optional(),
  chunk: z.int().min(1).optional(),
  delay_ms: milliseconds.optional(),
  rate: z.number().positive().max(100_000).optional(),
  first_delay_ms: milliseconds.optional(),
  tool_calls: z.array(toolCallSchema).max(256).optional(),
  interleaved: z.boolean().optional(),
  http_error: httpErrorSchema.optional(),
  stream_error: streamErrorSchema.optional(),
  stream_error_after: count.optional(),
  cut_after: count.optional(),
  end_without_terminal_after: count.optional(),
  stall_after: count.optional(),
  hold_until: z.string().min(1).optional(),
  hold_after: count.optional(),
  empty: z.boolean().optional(),
  content_filter: z.boolean().optional(),
  max_tokens: z.boolean().optional(),
  usage: usageSchema.optional(),
  no_usage: z.boolean().optional(),
});

const stepSchema = plainStepSchema.extend({ attempts: z.array(plainStepSchema).min(1).optional() });
const stepsSchema = z.array(stepSchema).min(1);
const keySchema = z.string().min(1).max(200);
const scriptSchema = z.strictObject({ key: keySchema.optional(), steps: stepsSchema });

export type ToolCallScript = z.infer<typeof toolCallSchema>;
export type HttpErrorScript = z.infer<typeof httpErrorSchema>;
export type StreamErrorScript = z.infer<typeof streamErrorSchema>;
/** What one answer of the model does. */
export type ScriptStep = z.infer<typeof plainStepSchema>;
export type ScriptStepWithAttempts = z.infer<typeof stepSchema>;

export interface Script {
  readonly key: string | undefined;
  readonly steps: readonly ScriptStepWithAttempts[];
}

/** A step, a list of steps, or `{key, steps}`; a single step may carry the key too. Throws an Error that says what is wrong. */
export function parseScript(value: unknown): Script {
  if (Array.isArray(value)) return { key: undefined, steps: checked(stepsSchema, value) };
  if (typeof value !== "object" || value === null)
    throw new Error("a script is a step, a list of steps or {key, steps}");
  if ("steps" in value) {
    const script = checked(scriptSchema, value);
    return { key: script.key, steps: script.steps };
  }
  const { key, ...step } = value as { key?: unknown };
  return {
    key: key === undefined ? undefined : checked(keySchema, key),
    steps: [checked(stepSchema, step)],
  };
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(z.prettifyError(result.error).replaceAll("\n", " "));
}
