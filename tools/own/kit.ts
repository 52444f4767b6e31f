// What the modules below EVERTURN_TOOLS_DIR get and give (SPEC C11). It runs in the thread of a module.
import { z } from "zod";
import type { FilePart, JsonObject } from "../../core/part/part.ts";
import type { ToolFlags } from "../tool.ts";
import { ToolError } from "../tool-error.ts";

/** What an own tool may say of itself. */
export type OwnToolFlags = Pick<
  ToolFlags,
  "read_only" | "idempotent" | "destructive" | "exclusive" | "stops_turn" | "polls"
>;

export interface OwnToolContext {
  /** Aborted when the call is to end: after an interrupt, at its time limit, or since the worker stops. */
  readonly signal: AbortSignal;
  readonly chatId: string;
  /** The same when the call runs again after its worker died: a key by which other systems can tell repeats. */
  readonly toolCallId: string;
  /** Shows people output while the tool runs. The result replaces it; models get only the result. */
  readonly write: (text: string) => void;
  /** Keeps bytes as a file of the chat and adds it to the result: people see it, and models that take its type. */
  readonly keepFile: (file: { readonly name: string; readonly bytes: Uint8Array }) => Promise<FilePart>;
}

/** Zod, or anything that says itself as JSON schema and checks values (Standard Schema), or JSON schema as it is. */
export type OwnSchema = z.ZodObject | StandardSchema | JsonObject;

export interface StandardSchema {
  readonly "~standard": {
    readonly validate: (value: unknown) => unknown;
    readonly jsonSchema?: { readonly input: (options: { readonly target: string }) => unknown };
  };
}

type ArgsOf<Schema> = Schema extends z.ZodType
  ? z.output<Schema>
  : Schema extends {
        readonly "~standard": { readonly types?: { readonly output: infer Output } | undefined };
      }
    ? Output
    : Record<string, unknown>;

export interface OwnTool<Schema extends OwnSchema = OwnSchema> {
  /** Letters, digits, `_` and `-`, at most 64; no `__`, which names tools of MCP servers. */
  readonly name: string;
  /** For the model: what it does, and when to use it. */
  readonly description: string;
  /** Of the arguments: an object. */
  readonly schema: Schema;
  readonly flags?: OwnToolFlags;
  /** How long a call may take; 5 minutes unless it is said. */
  readonly time_limit_s?: number;
  /** What it returns is what the model gets. What it throws is an error result with the error's message. */
  // A method: tools of different schemas stand in one list.
  run(args: ArgsOf<Schema>, context: OwnToolContext): unknown;
}

/** Gives types to a tool, and nothing else. */
function defineTool<Schema extends OwnSchema>(tool: OwnTool<Schema>): OwnTool<Schema> {
  return tool;
}

/** A module's default export is a tool, a list of tools, or a function that gets this and returns them. */
export const kit = { defineTool, z, ToolError } as const;
