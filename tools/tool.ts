// Tools: the port. A tool is a value with a schema and a function; where it runs and what it may do are data beside it.
import { z } from "zod";
import type { JsonObject } from "../core/part.ts";

export type RunsIn = "workspace" | "worker" | "workflow" | "client" | "provider";

export interface ToolFlags {
  /** Changes nothing: may be run again when its outcome is unknown. */
  readonly read_only?: boolean;
  /** Runs alone in its batch (SPEC L6). */
  readonly exclusive?: boolean;
  /** Ends the turn when it succeeds (SPEC L5). */
  readonly stops_turn?: boolean;
  /** Waits for a person's consent unless the chat's policy says otherwise (SPEC D4). */
  readonly needs_approval?: boolean;
}

export interface ToolContext {
  /** Real path of the chat's project folder, as `resolveProjectPath` gave it; null when the chat has none. */
  readonly projectRoot: string | null;
  /** Aborted by an interrupt: processes are to be ended and handles closed. */
  readonly signal: AbortSignal;
  readonly chatId: string;
  readonly toolCallId: string;
  /** Shows readers output while the tool runs; the committed result replaces it. */
  emit(delta: string): void;
}

/** What the model gets. An error result is `{error, hint?}` with `is_error`. */
export interface ToolOutput {
  readonly result: JsonObject;
  readonly is_error: boolean;
  readonly truncated?: boolean;
}

export interface Tool<Schema extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly description: string;
  /** A strict object: unknown fields are refused, so that a misspelt option is not silently ignored. */
  readonly schema: Schema;
  readonly runs_in: RunsIn;
  readonly flags: ToolFlags;
  /** `args` have passed the schema. Expected failures are thrown as `ToolError`. */
  run(args: z.output<Schema>, context: ToolContext): Promise<ToolOutput>;
}

/** A tool as model providers are told of it. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON schema of an object, without `$schema`: OpenAI and Anthropic both take it so. */
  readonly parameters: JsonObject;
}

/** The tools in the words of a model provider, in the order given. */
export function toolSpecs(tools: readonly Tool[]): readonly ToolSpec[] {
  return tools.map((tool) => {
    const { $schema: _, ...parameters } = z.toJSONSchema(tool.schema, { target: "draft-7", io: "input" });
    return { name: tool.name, description: tool.description, parameters: parameters as JsonObject };
  });
}
