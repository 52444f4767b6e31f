// What a message brings along for its turn (SPEC Q12). It is kept with the message, also in the queue, and with its chat while
// the turn runs.
import type { JsonObject } from "../part/part.ts";
import type { ClientTool } from "./client-tool.ts";

/** Whether the model may call tools, or has to. */
export type ToolChoice = "auto" | "none" | "required" | { readonly type: "tool"; readonly tool_name: string };

/** Settings that stand in place of the model config's. */
export interface TurnCallConfig {
  /** Never more than the model config allows. */
  readonly max_output_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly presence_penalty?: number;
  readonly frequency_penalty?: number;
  readonly stop?: readonly string[];
}

export interface TurnOptions {
  readonly tools?: readonly ClientTool[];
  readonly tool_choice?: ToolChoice;
  /** Follow the system prompt. */
  readonly instructions?: string;
  readonly call_config?: TurnCallConfig;
  /** JSON schema of the turn's last answer (SPEC C12). */
  readonly output_schema?: JsonObject;
}

/** As requests bring them. */
export type GivenTurnOptions = { readonly [Key in keyof TurnOptions]?: TurnOptions[Key] | undefined };

/** The options among the fields of a message; null: it brings none. */
export function turnOptionsOf(given: GivenTurnOptions): TurnOptions | null {
  const { tools, tool_choice, instructions, call_config, output_schema } = given;
  const options = {
    ...(tools !== undefined && { tools }),
    ...(tool_choice !== undefined && { tool_choice }),
    ...(instructions !== undefined && { instructions }),
    ...(call_config !== undefined && { call_config }),
    ...(output_schema !== undefined && { output_schema }),
  };
  return Object.keys(options).length === 0 ? null : options;
}

/**
 * The choice for a call of the model. What makes it call a tool holds for the turn's first call alone: otherwise the turn could
 * never end.
 * @param steps the turn's answers so far
 */
export function toolChoiceOf(options: TurnOptions | null, steps: number): ToolChoice | undefined {
  const choice = options?.tool_choice;
  return choice === "none" || steps === 0 ? choice : undefined;
}

/** The client tools of a turn: those of its message before those of the chat that have the same name. */
export function clientToolsOf(chat: {
  readonly dynamic_tools: readonly ClientTool[];
  readonly turn_options: TurnOptions | null;
}): readonly ClientTool[] {
  const own = chat.turn_options?.tools ?? [];
  const names = new Set(own.map(({ name }) => name));
  return [...chat.dynamic_tools.filter(({ name }) => !names.has(name)), ...own];
}
