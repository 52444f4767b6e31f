// `writeTurnSummary` has a model sum up a turn in a few words, for lists of chats.
import { turnSummaryPrompt } from "../core/prompt/describe-prompt.ts";
import { writeTurnSummary as keepSummary, readTurn } from "../store/description/describe-chat.ts";
import { readChatRow } from "../store/row/chat-row.ts";
import { inUnit } from "../store/unit.ts";
import type { DescribeOutcome, TurnRef } from "./contract.ts";
import { askForPhrase, type DescribeDeps } from "./phrase/ask-for-phrase.ts";

/** Returns the activity. Run twice it asks once: a summary of this or a later turn stays (SPEC M2). */
export function createWriteTurnSummary(deps: DescribeDeps) {
  return async function writeTurnSummary({ chat_id, turn_id }: TurnRef): Promise<DescribeOutcome> {
    const { store } = deps;
    const chat = await readChatRow(store.pool, chat_id);
    if (chat === null || (chat.summary_turn_id ?? 0) >= turn_id) return { type: "stale" };
    const turn = await readTurn(store.pool, chat_id, turn_id);
    if (turn === null) return { type: "nothing" };
    const prompt = turnSummaryPrompt(turn);
    const answer = await askForPhrase(deps, { chat, kind: "summary", of: turn_id, prompt });
    if (answer.type !== "phrase") return { type: answer.type };
    const summary = { chat_id, turn_id, summary: answer.phrase };
    const { result: isWritten } = await inUnit(store, (unit) => keepSummary(unit, summary));
    return { type: isWritten ? "written" : "stale" };
  };
}
