// Answers to what a turn waits for: results of client-run tools, and approvals.
import { z } from "zod";
import {
  clientToolsMax,
  conversationBytesMax,
  toolCallsPerStepMax,
  toolSchemaBytesMax,
} from "../../../core/chat/limits.ts";
import type { JsonObject, JsonValue } from "../../../core/part/part.ts";
import { decideApprovals } from "../../../store/turn/calls/decide-approvals.ts";
import { submitResults } from "../../../store/turn/calls/submit-results.ts";
import type { ApiDeps } from "../../deps.ts";
import { keyOf } from "../../http/access/caller.ts";
import { type Route, route } from "../../http/route.ts";
import { chat } from "../../schemas/chat.ts";
import { jsonObject } from "../../schemas/common.ts";
import { chatPath } from "../../schemas/params.ts";
import { change } from "./change.ts";
import { showChat } from "./show-chat.ts";

const tag = "Chats";
const callId = z.string().min(1).max(256);
const reasonCharsMax = 2_000;

const toolResults = z
  .strictObject({
    results: z
      .array(
        z.strictObject({
          tool_call_id: callId,
          output: (z.json() as z.ZodType<JsonValue>).meta({ description: "Any JSON; the model reads it" }),
          is_error: z.boolean().optional(),
        }),
      )
      .min(1)
      .max(clientToolsMax),
  })
  .meta({ id: "ToolResults" });

const args = (jsonObject as unknown as z.ZodType<JsonObject>)
  .refine(
    (value) => Buffer.byteLength(JSON.stringify(value)) <= toolSchemaBytesMax,
    `at most ${toolSchemaBytesMax} bytes`,
  )
  .meta({ description: "In place of the model's arguments; checked against the tool's schema" });

const approvals = z
  .strictObject({
    decisions: z
      .array(
        z
          .strictObject({
            tool_call_id: callId,
            approved: z.boolean(),
            reason: z.string().max(reasonCharsMax).optional().meta({ description: "The model reads it" }),
            args: args.optional(),
            remember: z
              .literal("chat")
              .optional()
              .meta({ description: "The tool is approved in this chat from now on" }),
          })
          .refine(({ approved, args: edited }) => approved || edited === undefined, {
            path: ["args"],
            message: "a call that is denied has no arguments",
          })
          .refine(({ approved, remember }) => approved || remember === undefined, {
            path: ["remember"],
            message: "only an approval can be remembered",
          }),
      )
      .min(1)
      .max(toolCallsPerStepMax),
  })
  .meta({ id: "Approvals" });

export function waitRoutes(deps: ApiDeps): Route[] {
  return [submit(deps), decide(deps)];
}

function submit(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/chats/{chat}/tool-results",
    summary: "Submit the results of client-run tools",
    description: "All open client calls at once. Of racing requests the first one wins.",
    tag,
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    body: toolResults,
    body_bytes_max: conversationBytesMax,
    example: { results: [{ tool_call_id: "call_1", output: { color: "red" } }] },
    any_text: [["results"]],
    responses: { 200: { description: "The chat; running unless other calls are still open", schema: chat } },
    refusals: [
      "chat_not_found",
      "chat_archived",
      "not_awaiting_results",
      "results_incomplete",
      "unknown_tool_call",
    ],
    async handler(input) {
      const { params, body, caller } = input;
      return change(deps, input, async (unit) => {
        await submitResults(unit, {
          chat_id: params.chat,
          owner_id: caller.user.id,
          results: body.results,
          submitted_by: caller.user.id,
          key_id: keyOf(caller),
        });
        return { status: 200, body: await showChat(unit.tx, params.chat, deps.links) };
      });
    },
  });
}

function decide(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/chats/{chat}/approvals",
    summary: "Approve or deny tool calls",
    description: "Singly or together. Approved calls run at once, while others may still wait.",
    tag,
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    body: approvals,
    example: { decisions: [{ tool_call_id: "call_1", approved: true }] },
    responses: { 200: { description: "The chat", schema: chat } },
    refusals: [
      "chat_not_found",
      "chat_archived",
      "not_awaiting_results",
      "unknown_tool_call",
      "arguments_refused",
    ],
    async handler(input) {
      const { params, body, caller } = input;
      return change(deps, input, async (unit) => {
        await decideApprovals(unit, {
          chat_id: params.chat,
          owner_id: caller.user.id,
          decisions: body.decisions,
          decided_by: caller.user.id,
          key_id: keyOf(caller),
        });
        return { status: 200, body: await showChat(unit.tx, params.chat, deps.links) };
      });
    },
  });
}
