// `writeTitle` has a model write a title, in place of the one that it was asked to replace.
import { titlePrompt } from "../core/prompt/describe-prompt.ts";
import { readOpening, writeModelTitle } from "../store/description/describe-chat.ts";
import { readChatRow } from "../store/row/chat-row.ts";
import { inUnit } from "../store/unit.ts";
import type { DescribeOutcome, WriteTitleInput } from "./contract.ts";
import { askForPhrase, type DescribeDeps } from "./phrase/ask-for-phrase.ts";

/** Returns the activity. Run twice it asks once: a title that is not the one to be replaced any more stays (SPEC M1). */
export function createWriteTitle(deps: DescribeDeps) {
  return async function writeTitle({ chat_id, title_version }: WriteTitleInput): Promise<DescribeOutcome> {
    const { store } = deps;
    const chat = await readChatRow(store.pool, chat_id);
    if (chat === null || chat.title_version !== title_version) return { type: "stale" };
    const opening = await readOpening(store.pool, chat_id);
    if (opening === null) return { type: "nothing" };
    const prompt = titlePrompt(opening);
    const answer = await askForPhrase(deps, { chat, kind: "title", of: title_version, prompt });
    if (answer.type !== "phrase") return { type: answer.type };
    const title = { chat_id, title_version, title: answer.phrase };
    const { result: isWritten } = await inUnit(store, (unit) => writeModelTitle(unit, title));
    return { type: isWritten ? "written" : "stale" };
  };
}
