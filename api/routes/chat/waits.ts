// Answers to what a turn waits for: results of client-run tools, approvals, and what servers of tools ask.
import { z } from "zod";
import {
  answerContentBytesMax,
  answersPerRequestMax,
  clientToolsMax,
  conversationBytesMax,
  toolCallsPerStepMax,
  toolSchemaBytesMax,
} from "../../../core/chat/limits.ts";
import type { JsonObject, JsonValue } from "../../../core/part/part.ts";
import { ANSWER_ACTIONS } from "../../../core/tool/question.ts";
import { answerQuestions, type GivenAnswer } from "../../../store/turn/calls/answer-questions.ts";
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

const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

const answers = z
  .strictObject({
    answers: z
      .array(
        z.strictObject({
          tool_call_id: callId,
          question_id: callId,
          action: z.enum(ANSWER_ACTIONS),
          content: z
            .record(z.string(), fieldValue)
            .refine(
              (value) => Buffer.byteLength(JSON.stringify(value)) <= answerContentBytesMax,
              `at most ${answerContentBytesMax} bytes`,
            )
            .optional()
            .meta({ description: "Of an accepted form: its fields; checked against its schema" }),
        }),
      )
      .min(1)
      .max(answersPerRequestMax),
  })
  .meta({ id: "Answers" });

export function waitRoutes(deps: ApiDeps): Route[] {
  return [submit(deps), decide(deps), answer(deps)];
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

function answer(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/chats/{chat}/answers",
    summary: "Answer the questions of a tool's server",
    description:
      "Singly or together. `accept` gives what the form asks for, or says that the page was opened; `decline` is a no, `cancel` no answer at all. The server of the tool reads the answer, the model does not. A call goes on when all its questions are answered.",
    tag,
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    body: answers,
    example: {
      answers: [
        { tool_call_id: "call_1", question_id: "1.1.1", action: "accept", content: { city: "Kyoto" } },
      ],
    },
    any_text: [["answers"]],
    responses: { 200: { description: "The chat", schema: chat } },
    refusals: [
      "chat_not_found",
      "chat_archived",
      "not_awaiting_results",
      "unknown_question",
      "answer_refused",
    ],
    async handler(input) {
      const { params, body, caller } = input;
      return change(deps, input, async (unit) => {
        await answerQuestions(unit, {
          chat_id: params.chat,
          owner_id: caller.user.id,
          answers: body.answers as readonly GivenAnswer[],
          answered_by: caller.user.id,
          key_id: keyOf(caller),
        });
        return { status: 200, body: await showChat(unit.tx, params.chat, deps.links) };
      });
    },
  });
}
