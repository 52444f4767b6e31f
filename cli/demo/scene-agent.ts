// A scene in which the chat starts an agent and waits for it, and the worker dies while the agent writes.
import type { Message } from "../../core/chat/message.ts";
import {
  countTo,
  elapsed,
  killWorker,
  resultsIn,
  type Scene,
  type Stage,
  say,
  settled,
  untilWriting,
} from "./stage.ts";

const COUNT_TO = 60;

export const AGENT_SCENE: Scene = {
  title: "The chat waits for an agent that it has started; the worker dies meanwhile (SIGKILL)",
  look: "The chat shows its agent, which writes in a chat of its own. The worker dies, and the report arrives all the same.",
  needsDemoModel: true,
  play: playAgent,
};

async function playAgent(stage: Stage): Promise<void> {
  const { follower, narrator } = stage;
  const turn = await say(stage, `Start an agent: count to ${COUNT_TO}, with spaces and nothing else`);
  await follower.until("an agent is waited for", ({ messages }) => awaited(messages, turn) !== null);
  const agentId = awaited(follower.view.messages, turn) ?? "";
  const agent = stage.follow(agentId, { user: "Task", model: "Agent" });
  await untilWriting(agent);
  const killedAtMs = await killWorker(stage);
  await settled(stage, turn);
  narrator.line("Worker", `the report reached the waiting chat ${elapsed(killedAtMs)} after the kill`);
  const reports = resultsIn(follower.view.messages, "wait_agent").filter(
    ({ tool_call_id }) => tool_call_id === waitIn(follower.view.messages, turn)?.tool_call_id,
  );
  const [report] = reports.map(({ result }) => (result as { readonly report?: unknown } | null)?.report);
  stage.expect(reports.length === 1, `the agent was to report once, and reported ${reports.length} times`);
  stage.expect(
    report === countTo(COUNT_TO),
    `the report lost or doubled a number: ${JSON.stringify(report)}`,
  );
  await agent.until("the agent is at rest", ({ status, caught_up }) => caught_up && status === "waiting");
}

/** Id of the agent for which the turn waits; null as long as it does not. */
function awaited(messages: readonly Message[], turn: number): string | null {
  const chatId = waitIn(messages, turn)?.args["chat_id"];
  return typeof chatId === "string" ? chatId : null;
}

function waitIn(messages: readonly Message[], turn: number) {
  const parts = messages.filter(({ turn_id }) => turn_id === turn).flatMap(({ content }) => content);
  return parts
    .filter((part) => part.type === "tool-call")
    .find(({ tool_name }) => tool_name === "wait_agent");
}
