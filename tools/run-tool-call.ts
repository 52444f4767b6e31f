// Runs one call and always returns a result for the model. No failure of a tool ends the turn.
import { toolResultBytesMax } from "../core/chat/limits.ts";
import type { JsonObject } from "../core/part/part.ts";
import { quoted } from "../core/text/quoted.ts";
import { truncateJson } from "../core/text/truncate.ts";
import type { ArgsFault, Tool, ToolContext, ToolOutput } from "./tool.ts";
import { errorOutput, thrownOutput } from "./tool-error.ts";

export interface ToolCall {
  readonly tool_call_id: string;
  readonly tool_name: string;
  /** The parsed object, or `{"_raw": text}` when the model wrote something that is not a JSON object. */
  readonly args: JsonObject;
  /** Tool names of all calls of the same answer, this one included; needed for exclusive tools (SPEC L6). */
  readonly batch_tool_names?: readonly string[];
}

/** OpenAI's wrapper around parallel calls. Models use it although it is not offered. */
const PARALLEL = "multi_tool_use.parallel";

function unknownTool(name: string, tools: readonly Tool[]): ToolOutput {
  if (name === PARALLEL)
    return errorOutput(
      `${PARALLEL} is not a tool: call the tools themselves, several in one answer if you like.`,
    );
  const names = tools.map((tool) => tool.name).join(", ");
  return errorOutput(
    `There is no tool ${quoted(name)} in this chat.`,
    names === "" ? "No tools are available in this chat." : `Available tools: ${names}.`,
  );
}

/** L6: calls beside an exclusive tool would affect each other, so no call of a mixed batch runs. */
function mixedBatch(call: ToolCall, tools: readonly Tool[]): ToolOutput | null {
  const names = call.batch_tool_names ?? [];
  const exclusive = tools.find((tool) => tool.flags.exclusive === true && names.includes(tool.name));
  if (names.length <= 1 || exclusive === undefined) return null;
  return errorOutput(
    `${exclusive.name} must be called alone; no call of this batch was run.`,
    `Call ${exclusive.name} by itself, and the others before or after it.`,
  );
}

/** What is wrong with arguments that are not a JSON object. */
function rawFault(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    const kind = Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
    return `The arguments must be a JSON object, not ${kind}.`;
  } catch (error) {
    return `The arguments are not valid JSON: ${(error as Error).message}`;
  }
}

function isRaw(args: JsonObject): args is { readonly _raw: string } {
  return typeof args["_raw"] === "string" && Object.keys(args).length === 1;
}

/** `path, start_line?`: the arguments as the hint of an error names them. */
function argumentNames({ name: tool, parameters }: Tool): string {
  const { properties, required } = parameters;
  const isObject = typeof properties === "object" && properties !== null && !Array.isArray(properties);
  const wanted = new Set<unknown>(Array.isArray(required) ? required : []);
  const names = Object.keys(isObject ? properties : {}).map((name) => (wanted.has(name) ? name : `${name}?`));
  return names.length > 0 ? `Arguments of ${tool}: ${names.join(", ")}.` : `${tool} takes no arguments.`;
}

/** The error result of arguments that do not fit the tool's schema. */
export function misfitOutput(tool: Tool, faults: readonly ArgsFault[]): ToolOutput {
  const words = faults.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  const result = {
    error: `The arguments do not fit ${tool.name}: ${words}`,
    errors: faults.map(({ path, message }) => ({ path, message })),
    hint: argumentNames(tool),
  };
  return { result, is_error: true };
}

async function runChecked(call: ToolCall, tool: Tool, context: ToolContext): Promise<ToolOutput> {
  if (isRaw(call.args)) return errorOutput(rawFault(call.args._raw), argumentNames(tool));
  try {
    const parsed = tool.parse(call.args);
    return parsed.ok ? await tool.run(parsed.args, context) : misfitOutput(tool, parsed.faults);
  } catch (error) {
    if (context.signal.aborted) return errorOutput("The call was interrupted.");
    return thrownOutput(error);
  }
}

function cutToLimit(output: ToolOutput): ToolOutput {
  try {
    const cut = truncateJson(output.result, toolResultBytesMax);
    return cut.truncated ? { ...output, result: cut.value, truncated: true } : output;
  } catch {
    return errorOutput("The tool gave a result that is not JSON.");
  }
}

/**
 * Runs a call with the tools active in this turn. Never rejects: an unknown or inactive tool, bad arguments, a failure and an interrupt
 * become error results `{error, hint?}`. A result over 64 KiB is cut in its middle (SPEC L8).
 */
export async function runToolCall(
  call: ToolCall,
  tools: readonly Tool[],
  context: ToolContext,
): Promise<ToolOutput> {
  const mixed = mixedBatch(call, tools);
  if (mixed !== null) return mixed;
  const tool = tools.find(({ name }) => name === call.tool_name);
  return cutToLimit(
    tool === undefined ? unknownTool(call.tool_name, tools) : await runChecked(call, tool, context),
  );
}
