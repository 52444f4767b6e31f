// Debug runs of a chat: what models were asked, and what they answered.
import { z } from "zod";
import { Refusal } from "../../core/chat/refusal.ts";
import { listDebugRuns, readDebugRun } from "../../store/debug/debug-runs.ts";
import type { ApiDeps } from "../deps.ts";
import { type Route, route } from "../http/route.ts";
import { debugRun, debugRunWithSteps } from "../schemas/debug-run.ts";
import { chatPath, debugRunPath } from "../schemas/params.ts";
import { showOwnChat } from "./chat/show-chat.ts";
import { debugRunFor } from "./debug-run-for.ts";

const tag = "Debug";
const debugRunPage = z
  .strictObject({ items: z.array(debugRun), next_cursor: z.null() })
  .meta({ id: "DebugRunPage" });

export function debugRunRoutes(deps: ApiDeps): Route[] {
  return [list(deps), read(deps)];
}

function list(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/chats/{chat}/debug/runs",
    summary: "List the newest debug runs of a chat",
    description:
      "What models were called for: turns, titles, compactions, summaries; the newest 100. Recorded while the chat's `debug` is on, or for all chats, as the deployment has it; a moment late.",
    tag,
    access: { area: "chats" },
    params: chatPath,
    responses: { 200: { description: "The runs, newest first", schema: debugRunPage } },
    refusals: ["chat_not_found"],
    async handler({ params, caller }) {
      await requireOwnChat(deps, params.chat, caller.user.id);
      const items = await listDebugRuns(deps.store.pool, params.chat);
      return { status: 200, body: { items, next_cursor: null } };
    },
  });
}

function read(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/chats/{chat}/debug/runs/{run}",
    summary: "Read a debug run with its model calls and their HTTP calls",
    description:
      "Headers and bodies as they were, without secrets; bodies up to 256 KiB, then a note of their size. Base URLs, what went over the wire, provider options and the system prompt are shown to admins alone.",
    tag,
    access: { area: "chats" },
    params: debugRunPath,
    responses: { 200: { description: "The run", schema: debugRunWithSteps } },
    refusals: ["chat_not_found", "debug_run_not_found"],
    async handler({ params, caller }) {
      await requireOwnChat(deps, params.chat, caller.user.id);
      const run = await readDebugRun(deps.store.pool, params.chat, params.run);
      if (run === null) throw new Refusal("debug_run_not_found");
      return { status: 200, body: debugRunFor(run, caller) };
    },
  });
}

async function requireOwnChat(deps: ApiDeps, chat_id: string, owner_id: string): Promise<void> {
  await showOwnChat(deps.store.pool, { chat_id, owner_id }, deps.links);
}
