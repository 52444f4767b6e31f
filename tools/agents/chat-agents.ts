// What tools can do with the subagents of their chat. The activities implement it with the store.
import type { AgentType } from "../../core/agents/agent.ts";
import type { JsonObject } from "../../core/part/part.ts";

export interface SpawnAgentArgs {
  readonly type: AgentType;
  readonly prompt: string;
  readonly title?: string | undefined;
  readonly model_config_id?: string | undefined;
  readonly profile?: string | undefined;
}

export interface MessageAgentArgs {
  readonly chat_id: string;
  readonly message: string;
  readonly interrupt?: boolean | undefined;
}

/** How a wait stands: it is over with a result, or the call waits on. */
export type AgentWait =
  | { readonly type: "over"; readonly result: JsonObject }
  | { readonly type: "waits"; readonly left_ms: number };

/**
 * The subagents of one chat, for one tool call. What a call changes is written down with the call, so one that runs again
 * changes nothing twice. Expected failures are thrown as `ToolError`; a chat that is no subagent of this chat is not found.
 */
export interface ChatAgents {
  spawn(args: SpawnAgentArgs, signal: AbortSignal): Promise<JsonObject>;
  /** Registers the wait: the turn's workflow waits, and no worker does. */
  wait(chatId: string, timeoutMs: number, signal: AbortSignal): Promise<AgentWait>;
  message(args: MessageAgentArgs, signal: AbortSignal): Promise<JsonObject>;
  interrupt(chatId: string, signal: AbortSignal): Promise<JsonObject>;
  list(signal: AbortSignal): Promise<JsonObject>;
}
