// Notices that what a chat's context was read from has changed (SPEC C3): once as a turn begins, beside its first model call,
// and when one of the chat's tools has written such a file. Nothing polls, and nothing waits for it.
import { contextPlace } from "../../core/chat/chat-context.ts";
import type { JsonObject, ToolCallPart } from "../../core/part/part.ts";
import { markContextDirty } from "../../store/chat/request-compaction.ts";
import type { ChatRow } from "../../store/row/chat-row.ts";
import type { Store } from "../../store/store.ts";
import { inUnit } from "../../store/unit.ts";
import { isContextPath } from "../../tools/skills/context-stamp.ts";
import { type ReadContextDeps, stampContext } from "./read-context.ts";

export interface ContextWatch {
  /** Looks once for the chat, if its turn has just begun. Returns at once. */
  readonly look: (chat: ChatRow) => void;
  /** A tool has done what it was called for. Never throws: a change that is missed is seen as the next turn begins. */
  readonly written: (chat: ChatRow, call: ToolCallPart, result: JsonObject) => Promise<void>;
}

export function createContextWatch(
  store: Store,
  reads: ReadContextDeps,
  shutdown: AbortSignal,
): ContextWatch {
  const mark = async (chat: ChatRow, stamp: string | null) => {
    await inUnit(store, (unit) => markContextDirty(unit, chat.id, stamp));
  };
  const compare = async (chat: ChatRow, before: string) => {
    const now = await stampContext(reads, chat, shutdown);
    if (now !== null && now !== before) await mark(chat, before);
  };
  return {
    look(chat) {
      const { context, turn_steps, current_turn_id } = chat;
      if (context === null || context.stamp === null || context.dirty || turn_steps > 0) return;
      const isNew = context.tried?.turn_id === current_turn_id;
      if (isNew || context.place !== contextPlace(chat)) return;
      // A look that fails is made again as the next turn begins.
      compare(chat, context.stamp).catch(() => undefined);
    },
    async written(chat, { tool_name }, result) {
      if (chat.context === null || !writtenPaths(tool_name, result).some(isContextPath)) return;
      await mark(chat, null).catch(() => undefined);
    },
  };
}

/** Paths relative to the workspace, as the agent's answers give them. */
function writtenPaths(tool: string, result: JsonObject): readonly string[] {
  const { path, files } = result;
  if (tool === "write_file") return typeof path === "string" ? [path] : [];
  if (tool !== "edit_files" || !Array.isArray(files)) return [];
  return (files as readonly { path?: unknown }[]).flatMap((file) =>
    typeof file.path === "string" ? [file.path] : [],
  );
}
