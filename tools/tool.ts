// The port. A tool is a value with a schema and a function; where it runs and what it may do are data beside it.
import { z } from "zod";
import type { JsonObject } from "../core/part/part.ts";
import type { FileViews } from "../workspaces/agent/api.ts";
import type { ChatWorkspace } from "./chat-workspace.ts";

export type RunsIn = "workspace" | "worker" | "workflow" | "client" | "provider";

export interface ToolFlags {
  /** Changes nothing: may be run again when its outcome is unknown. */
  readonly read_only?: boolean;
  /** Runs alone in its batch (SPEC L6). */
  readonly exclusive?: boolean;
  /** Ends the turn when it succeeds (SPEC L5). */
  readonly stops_turn?: boolean;
  /** Is there to be called again and again until something happens (SPEC L15). */
  readonly polls?: boolean;
  /** Waits for a person's consent unless the chat's policy says otherwise (SPEC D4). */
  readonly needs_approval?: boolean;
  /**
   * Its effect is kept under the tool call's id (by the workspace agent, by the database): run again after its worker died, it
   * finds what it began and goes on, or says that the outcome is unknown. It never acts twice.
   */
  readonly reattaches?: boolean;
}

/** Why a running call is to stop; the reason of `ToolContext.signal`. */
export class ToolStopped extends Error {
  /**
   * `end`: an interrupt, edit or deletion: what it began is to be ended (SPEC I2). `leave`: only this worker's part ends; what
   * was begun goes on, and another worker takes it up again.
   */
  readonly effect: "end" | "leave";
  constructor(effect: "end" | "leave") {
    super(effect === "end" ? "the call was interrupted" : "the call goes on elsewhere");
    this.name = "ToolStopped";
    this.effect = effect;
  }
}

export interface ToolContext {
  /** Real path of the chat's project folder, as `resolveProjectPath` gave it; null when the chat has none. */
  readonly projectRoot: string | null;
  /** Looks at the project folder; null when the chat has none. */
  readonly projectFiles: FileViews | null;
  /** The chat's workspace; null where the deployment has none for it (a chat bound to a project folder). */
  readonly workspace: ChatWorkspace | null;
  /** Aborted with a `ToolStopped`, whose effect says whether processes are to be ended or left. */
  readonly signal: AbortSignal;
  readonly chatId: string;
  readonly toolCallId: string;
  /** Shows readers output while the tool runs; the committed result replaces it. */
  readonly emit: (delta: string) => void;
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
  /** Ends what an earlier attempt of this call began, when it is not to be run again (interrupted while its worker was dead). */
  abandon?(context: ToolContext): Promise<void>;
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
