// Takes what an AI SDK client says about the tool calls of a turn that waits: outputs of its own tools, and approvals.
import { Refusal } from "../../core/chat/refusal.ts";
import { type ClientChat, findClientChat } from "../../store/row/client-chats.ts";
import { findLastAnswer } from "../../store/stream/read-turn.ts";
import { decideApprovals } from "../../store/turn/calls/decide-approvals.ts";
import { submitResults } from "../../store/turn/calls/submit-results.ts";
import { lockInUnit, type Unit } from "../../store/unit.ts";
import type { PostedAnswers } from "./post-body.ts";

export interface AnswerCallsInput extends ClientChat {
  readonly answers: PostedAnswers;
  /** The API key that was used; null: none was. */
  readonly key_id: string | null;
}

/** The turn that goes on, and what its client shows of it already. */
export interface AnsweredTurn {
  readonly chat_id: string;
  readonly message_id: number;
  /** The newest message that the client has. */
  readonly known_message_id: number;
}

/**
 * A client posts its whole message again, so that answers to calls that do not wait any more are among them: they change
 * nothing. Throws `Refusal` `chat_not_found`, `not_awaiting_results` where none of the calls waits, `results_incomplete`.
 */
export async function answerCalls(unit: Unit, input: AnswerCallsInput): Promise<AnsweredTurn> {
  const { owner_id, answers, key_id } = input;
  const chat_id = await findClientChat(unit.tx, input);
  const chat = chat_id === null ? null : await lockInUnit(unit, chat_id);
  if (chat_id === null || chat === null) throw new Refusal("chat_not_found");
  const asked = new Map(chat.required_action?.tool_calls.map((call) => [call.tool_call_id, call.kind]));
  const results = newestOf(answers.results).filter((one) => asked.get(one.tool_call_id) === "client");
  const decisions = newestOf(answers.decisions).filter((one) => asked.get(one.tool_call_id) === "approval");
  const turn_id = chat.current_turn_id;
  const known_message_id = turn_id === null ? null : await findLastAnswer(unit.tx, chat_id, turn_id);
  if (results.length + decisions.length === 0 || turn_id === null || known_message_id === null)
    throw new Refusal("not_awaiting_results", "none of these calls waits for an answer any more");
  const by = { chat_id, owner_id, key_id };
  if (decisions.length > 0) await decideApprovals(unit, { ...by, decisions, decided_by: owner_id });
  if (results.length > 0) await submitResults(unit, { ...by, results, submitted_by: owner_id });
  return { chat_id, message_id: turn_id, known_message_id };
}

function newestOf<One extends { readonly tool_call_id: string }>(all: readonly One[]): readonly One[] {
  return [...new Map(all.map((one) => [one.tool_call_id, one])).values()];
}
