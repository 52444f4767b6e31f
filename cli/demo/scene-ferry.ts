// Scenes with tools of an MCP server: one that only reads is called again after a crash, and one that changes something asks first.
import { killWorker, newestTurn, resultsIn, type Scene, type Stage, say, settled } from "./stage.ts";
import { outputOf } from "./tell-chat.ts";

/** As the demo makes the server known: nobody else calls theirs so. */
export const FERRY_DESK = { slug: "demo-ferry", name: "The demo's ferry desk" };

const NEXT = `${FERRY_DESK.slug}__next_ferry`;
const BOOK = `${FERRY_DESK.slug}__book_seat`;

export const FERRY_SCENE: Scene = {
  title: "A tool of an MCP server runs when the worker dies (SIGKILL)",
  look: "The tool says how far it is. The worker dies, and the call is made again, because the tool says that it only reads.",
  opening: {
    title: "The demo's ferry",
    content: "When does the next ferry leave?",
    hasFerryDesk: true,
  },
  needsDemoModel: true,
  play: playNext,
};

export const APPROVAL_SCENE: Scene = {
  title: "A tool asks for your approval; the worker dies while it waits (SIGKILL)",
  look: "A card asks you about a booking, and the list marks the chat. The worker dies while it waits, and the card stays.",
  opening: "before",
  needsDemoModel: true,
  play: playBooking,
};

async function playNext(stage: Stage): Promise<void> {
  const { follower, narrator } = stage;
  await follower.until("the tool says how far it is", ({ previews }) => outputOf(previews).includes("(1/4)"));
  await killWorker(stage);
  await settled(stage, newestTurn(stage));
  narrator.line("Worker", "the tool says that it only reads, so the call was made again");
  const results = resultsIn(follower.view.messages, NEXT);
  stage.expect(results.length === 1, `the call was to have one result, and has ${results.length}`);
  stage.expect(results[0]?.is_error === false, "the tool failed");
}

async function playBooking(stage: Stage): Promise<void> {
  const { follower, narrator, rest, chatId } = stage;
  const turn = await say(stage, "Book a seat on the ferry at 18:30");
  await follower.until("the call waits for an approval", ({ status }) => status === "requires_action");
  const calls = (await rest.chat(chatId)).required_action?.tool_calls ?? [];
  for (const { tool_name, args } of calls)
    narrator.line(
      "Asks",
      `may I call ${tool_name} ${JSON.stringify(args)}? (it says that it may destroy something)`,
    );
  await killWorker(stage);
  const { status } = await rest.chat(chatId);
  stage.expect(status === "requires_action", `the chat no longer waited for the approval, it was ${status}`);
  stage.expect(calls.map(({ tool_name }) => tool_name).join() === BOOK, "another call was asked about");
  const isDecided = () => follower.view.status !== "requires_action";
  if (!(await stage.decide("Press Allow in the card. If you do nothing, the demo does it.", isDecided))) {
    narrator.line("You", "approved");
    await rest.approve(
      chatId,
      calls.map(({ tool_call_id }) => tool_call_id),
    );
  }
  await settled(stage, turn);
  const results = resultsIn(follower.view.messages, BOOK);
  stage.expect(results.length === 1, `the call was to have one result, and has ${results.length}`);
  stage.expect(JSON.stringify(results[0]?.result ?? "").includes("is booked"), "no seat was booked");
}
