// Tools that the client runs (SPEC D1), as a chat or a message brings them along.
import type { JsonObject } from "../part/part.ts";
import type { TurnOptions } from "./turn-options.ts";

export interface ClientTool {
  readonly name: string;
  readonly description: string;
  /** JSON schema of an object. */
  readonly parameters: JsonObject;
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
