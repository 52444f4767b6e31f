// Writes a chat's title and the summary of its latest turn, beside its turns. A run lasts while something is to be written.
// What fails is left out: the next turn or request brings another one.
import {
  defineSignal,
  isCancellation,
  makeContinueAsNewFunc,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { DescribeActivities, DescribeOutcome } from "../activities/contract.ts";
import { describeOptions } from "./activity-options.ts";
import { DESCRIBE, type DescribeChatInput, sideQueue } from "./contract.ts";
import { describeSearchAttributes } from "./search-attributes.ts";
import { checkDescribeInput, readDescribeSignal } from "./turn/read-signal.ts";
import { wordsOfFailure } from "./turn/words-of-failure.ts";

/** On a queue of their own: no turn waits behind a title, and no title behind turns. */
function activitiesFor(summary: string) {
  const taskQueue = sideQueue(workflowInfo().taskQueue, "phrases");
  return proxyActivities<DescribeActivities>({ ...describeOptions(summary), taskQueue });
}

/** What is still to be written; of several wishes for the same only the newest counts. */
interface Wishes {
  title_version: number | null;
  summary_turn_id: number | null;
}

export async function describeChat(input: DescribeChatInput): Promise<void> {
  checkDescribeInput(input);
  const wishes: Wishes = { title_version: null, summary_turn_id: null, ...input.left };
  setHandler(defineSignal<[unknown]>(DESCRIBE), (payload) => {
    const signal = readDescribeSignal(payload);
    if (signal === null) return;
    const { turn_id, title_version, summary } = signal;
    if (title_version !== null) wishes.title_version = Math.max(wishes.title_version ?? 0, title_version);
    if (summary) wishes.summary_turn_id = Math.max(wishes.summary_turn_id ?? 0, turn_id);
  });
  while (wishes.title_version !== null || wishes.summary_turn_id !== null) {
    if (workflowInfo().continueAsNewSuggested) return continueAsNew({ ...input, left: { ...wishes } });
    await writeNext(input, wishes);
  }
}

async function writeNext({ chat_id }: DescribeChatInput, wishes: Wishes): Promise<void> {
  const { title_version, summary_turn_id } = wishes;
  if (title_version !== null) {
    wishes.title_version = null;
    await tell("title", () => activitiesFor("title").writeTitle({ chat_id, title_version }));
  } else if (summary_turn_id !== null) {
    wishes.summary_turn_id = null;
    await tell("turn summary", () =>
      activitiesFor("turn summary").writeTurnSummary({ chat_id, turn_id: summary_turn_id }),
    );
  }
}

/** A failure is shown in the run's details and logged by its activity; the turn and its chat know nothing of it. */
async function tell(what: string, write: () => Promise<DescribeOutcome>): Promise<void> {
  setCurrentDetails(`${what}: asking the model`);
  try {
    const { type } = await write();
    setCurrentDetails(`${what}: ${type.replaceAll("_", " ")}`);
  } catch (error) {
    // Cancelled in Temporal's Web UI: whoever does that wants no description.
    if (isCancellation(error)) throw error;
    setCurrentDetails(`${what}: ${wordsOfFailure(error)}`);
  }
}

function continueAsNew(input: DescribeChatInput): Promise<never> {
  const again = makeContinueAsNewFunc<typeof describeChat>({
    typedSearchAttributes: describeSearchAttributes(input.owner_id),
  });
  return again(input);
}
