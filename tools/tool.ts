// What a tool is: a value with a JSON schema and a function, and data that says where it runs and what it may do.
import type { FilePart, JsonObject, JsonValue, ResultFile } from "../core/part/part.ts";
import type { Asker, Question, QuestionAnswer, ToolQuestions } from "../core/tool/question.ts";
import type { FileViews } from "../workspaces/agent/api.ts";
import type { ChatAgents } from "./agents/chat-agents.ts";
import type { ContextFiles } from "./context/context-files.ts";
import type { ChatWorkspace } from "./workspace/chat-workspace.ts";

export type RunsIn = "workspace" | "worker" | "workflow" | "client" | "provider";

export interface ToolFlags {
  /** Changes nothing, so it may run again if its outcome is unknown. */
  readonly read_only?: boolean;
  /** Runs alone in its batch (SPEC L6). */
  readonly exclusive?: boolean;
  /** Called again with the same arguments, it changes nothing more: it may run again if its outcome is unknown. */
  readonly idempotent?: boolean;
  /** It is one of the deployment's own (SPEC C11). */
  readonly own?: true;
  /** The MCP server that it belongs to. */
  readonly mcp_server_id?: string;
  /** May destroy something: a person is asked before it runs, unless a policy says otherwise (SPEC D4). */
  readonly destructive?: boolean;
  /** Ends the turn when it succeeds (SPEC L5). */
  readonly stops_turn?: boolean;
  /** Is meant to be called again and again until something happens (SPEC L15). */
  readonly polls?: boolean;
  /**
   * The workspace agent or the database keeps its effect under the tool call's id. If its worker dies and the call runs again, it continues
   * what it began, or says that the outcome is unknown. It never acts twice.
   */
  readonly reattaches?: boolean;
}

/** Why a running call must stop; the reason of `ToolContext.signal`. */
export class ToolStopped extends Error {
  /**
   * `end`: after an interrupt, edit or deletion, the call ends what it began (SPEC I2). `leave`: only this worker stops; what the call began
   * continues, and another worker takes it over.
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
  /** The deployment's skills; absent or null: there are none. */
  readonly deploymentSkills?: ContextFiles | null;
  /** Names of the skills that the chat may have; absent or null: all. */
  readonly skills?: readonly string[] | null;
  /** The chat is in plan mode (SPEC C6): writes do not follow links. */
  readonly isPlanning?: boolean;
  /** The chat's subagents; absent where it can have none. */
  readonly agents?: ChatAgents;
  /** Asks a person, and waits for the answer for some minutes at most; absent: nobody can be asked. */
  readonly ask?: (asked: HeldQuestion) => Promise<HeldAnswer>;
  /** An earlier attempt, whose worker was lost, may have run it. */
  readonly isAgain?: boolean;
  /** The call has asked before (`asks`), and this is what came of it. */
  readonly resumed?: ResumedCall;
  /** Aborted with a `ToolStopped`, whose effect says whether processes are to be ended or left. */
  readonly signal: AbortSignal;
  readonly chatId: string;
  readonly toolCallId: string;
  /** Shows readers output while the tool runs; the committed result replaces it. */
  readonly emit: (delta: string) => void;
  /**
   * Keeps bytes as a file of the chat, for a result's `files`. The same bytes under the same name are one file, so a call that runs again
   * makes no second one. Throws `ToolError` for types that are not taken, files over 10 MiB, and a user without room.
   */
  readonly keepFile: (file: { readonly name: string; readonly bytes: Uint8Array }) => Promise<FilePart>;
  /** A file that messages of the chat name: by its id, or the newest one of this name. Throws `ToolError` that lists what there is. */
  readonly loadFile: (nameOrId: string) => Promise<ChatFile>;
}

/** A file of the chat, with its bytes. */
export interface ChatFile {
  readonly name: string;
  readonly media_type: string;
  readonly bytes: Uint8Array;
}

/** What the model gets. An error result is `{error, hint?}` with `is_error`. */
export interface ToolOutput {
  readonly result: JsonObject;
  readonly is_error: boolean;
  readonly truncated?: boolean;
  /** Files that `keepFile` has kept: shown to people, and, unless they are for people alone, to models that take them. */
  readonly files?: readonly ResultFile[];
  /** Set: there is no result yet. The turn's workflow waits until this chat rests, at most for so long, and no worker does. */
  readonly waits?: { readonly chat_id: string; readonly left_ms: number };
  /** Set: there is no result yet. People are asked, and the call is made again with their answers. */
  readonly asks?: ToolQuestions;
}

/** A question that a call asks while it runs: whoever asks waits on an open connection. */
export interface HeldQuestion {
  readonly asked_by: Asker;
  readonly question: Question;
  /** Aborted: whoever asks no longer waits. */
  readonly signal: AbortSignal;
}

/** `over`: nobody answered in time, or nobody could be asked. */
export type HeldAnswer =
  | { readonly type: "answered"; readonly answer: QuestionAnswer }
  | { readonly type: "over" };

/** What people have answered, for a call that is made again. */
export interface ResumedCall {
  /** As the tool gave it with its questions. */
  readonly resume: JsonValue;
  /** In the order of the questions. */
  readonly answers: readonly QuestionAnswer[];
}

/** A fault of a call's arguments. */
export interface ArgsFault {
  /** Where it is, such as `files[1].path`; empty for the arguments as a whole. */
  readonly path: string;
  readonly message: string;
}

export type ParsedArgs =
  | { readonly ok: true; readonly args: unknown }
  | { readonly ok: false; readonly faults: readonly ArgsFault[] };

/** A tool that a turn offers to the model: one of ours (`defineTool`), of a client, or of another `ToolSource`. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON schema of an object, without `$schema`. OpenAI and Anthropic both accept this. */
  readonly parameters: JsonObject;
  readonly runs_in: RunsIn;
  readonly flags: ToolFlags;
  /** Checks the arguments that the model wrote, or that a person edited. Never throws. */
  parse(args: JsonObject): ParsedArgs;
  /** @param args as `parse` gave them. Expected failures are thrown as `ToolError`. */
  run(args: unknown, context: ToolContext): Promise<ToolOutput>;
  /** Ends what an earlier attempt of this call began, when it is not to be run again (interrupted while its worker was dead). */
  abandon?(context: ToolContext): Promise<void>;
}

/** A tool as it is described to model providers. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON schema of an object, without `$schema`. OpenAI and Anthropic both accept this. */
  readonly parameters: JsonObject;
}

/** Describes the tools for model providers, in the given order. */
export function toolSpecs(tools: readonly Tool[]): readonly ToolSpec[] {
  return tools.map(({ name, description, parameters }) => ({ name, description, parameters }));
}
