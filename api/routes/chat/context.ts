// Changes what the model is shown of a chat: compact, clear and refresh.
import { z } from "zod";
import { commandBodyBytesMax } from "../../../core/chat/limits.ts";
import type { RefusalCode } from "../../../core/chat/refusal.ts";
import {
  type CompactionRequest,
  clearContext,
  refreshContext,
  requestCompaction,
} from "../../../store/chat/request-compaction.ts";
import type { Unit } from "../../../store/unit.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route } from "../../http/route.ts";
import { chat } from "../../schemas/chat.ts";
import { expectedHistoryVersion } from "../../schemas/common.ts";
import { chatPath } from "../../schemas/params.ts";
import { change } from "./change.ts";
import { showChat } from "./show-chat.ts";

export function contextRoutes(deps: ApiDeps): Route[] {
  return [
    contextRoute(deps, {
      path: "/v1/chats/{chat}/compact",
      summary: "Compact the context of an idle chat",
      description:
        "A model summarises what was said; later prompts begin with the summary. The messages stay readable, and those not answered yet are kept word for word.",
      body: z.strictObject({ expected_history_version: expectedHistoryVersion.optional() }),
      refusals: ["history_changed", "nothing_to_compact", "usage_limit_reached"],
      work: requestCompaction,
    }),
    contextRoute(deps, {
      path: "/v1/chats/{chat}/clear",
      summary: "Clear the context of an idle chat",
      description: "Later prompts begin empty, without a model call. The messages stay readable.",
      body: z.strictObject({}),
      refusals: [],
      work: clearContext,
    }),
    contextRoute(deps, {
      path: "/v1/chats/{chat}/refresh-context",
      summary: "Read a chat's instructions and skills again",
      description:
        "They are read before the next model call, also of a turn that runs. What has changed is added to the history: what the model was told before stays where it is, so that the provider's cache of it stays of use.",
      body: z.strictObject({}),
      refusals: [],
      work: refreshContext,
    }),
  ];
}

interface ContextRoute {
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly body: z.ZodType<Pick<CompactionRequest, "expected_history_version">>;
  readonly refusals: readonly RefusalCode[];
  readonly work: (unit: Unit, request: CompactionRequest) => Promise<void>;
}

function contextRoute(deps: ApiDeps, { work, body, refusals, ...about }: ContextRoute): Route {
  return route({
    ...about,
    method: "post",
    tag: "Chats",
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    body: body.optional(),
    body_bytes_max: commandBodyBytesMax,
    responses: { 200: { description: "The chat", schema: chat } },
    refusals: ["chat_not_found", "chat_archived", "transition_refused", ...refusals],
    async handler(input) {
      const { params, caller, body: given } = input;
      return change(deps, input, async (unit) => {
        await work(unit, { ...given, chat_id: params.chat, owner_id: caller.user.id });
        return { status: 200, body: await showChat(unit.tx, params.chat, deps.links) };
      });
    },
  });
}
