// The demo's script. A scene does what a person would do and says what must happen.
import type { Message } from "../../core/chat/message.ts";
import { AGENT_SCENE } from "./scene-agent.ts";
import { APPROVAL_SCENE, FERRY_SCENE } from "./scene-ferry.ts";
import { FORK_SCENE } from "./scene-fork.ts";
import { PROGRAM_SCENE } from "./scene-program.ts";
import {
  answerOf,
  countTo,
  elapsed,
  killWorker,
  newestTurn,
  resultsIn,
  type Scene,
  type Stage,
  say,
  settled,
  untilWriting,
} from "./stage.ts";
import { textInProgress, textOf } from "./tell-chat.ts";

const COUNT_TO = 150;
/** Long enough that a checkpoint holds a good part of it. */
const CHARS_BEFORE_CRASH = 150;

/** The chat is created with this, so that the first scene runs at once. */
export const FIRST_MESSAGE = "Hello! What can you do?";

export const SCENES: readonly Scene[] = [
  {
    title: "An answer streams in",
    look: "The answer appears as the model writes it. Meanwhile a ring turns beside the chat in the list on the left.",
    play: playFirst,
  },
  {
    title: "Tools look into a project folder, side by side",
    look: "Three tool calls, one line each. Open one to see its arguments and its result.",
    play: playTools,
  },
  {
    title: "A message sent meanwhile waits its turn",
    look: "A second message is sent while the model counts. It waits above the message box, and is answered next.",
    play: playQueue,
  },
  {
    title: "A stop keeps what was written",
    look: "The story is stopped in its middle. What was written stays, and is marked as stopped.",
    play: playInterrupt,
  },
  {
    title: "An edit goes back and takes another way",
    look: "The last question is replaced: its answer goes, and another one is written.",
    play: playEdit,
  },
  {
    title: "The worker dies in mid-answer (SIGKILL)",
    look: "In mid-answer the worker is killed. What you have read stays, and some seconds later the answer goes on behind it.",
    play: playCrash,
  },
  {
    title: "A skill of the project folder is read when it is needed",
    look: "The agent reads a skill of the project folder, and then a file that comes with it.",
    play: playSkill,
  },
  AGENT_SCENE,
  FORK_SCENE,
  PROGRAM_SCENE,
  FERRY_SCENE,
  APPROVAL_SCENE,
];

async function playFirst(stage: Stage): Promise<void> {
  await stage.follower.until("the stream's first snapshot", ({ caught_up }) => caught_up);
  await settled(stage, newestTurn(stage));
}

async function playTools(stage: Stage): Promise<void> {
  const turn = await say(stage, "List the files, read README.md and search for departures");
  await settled(stage, turn);
  const results = resultsIn(messagesOf(stage, turn));
  const names = new Set(results.map((part) => part.tool_name));
  for (const name of ["list_dir", "view_file", "grep"])
    stage.expect(names.has(name), `${name} was not called`);
  stage.expect(
    results.every((part) => !part.is_error),
    "a tool failed",
  );
}

async function playQueue(stage: Stage): Promise<void> {
  const turn = await say(stage, "Count to 40, with spaces in between and nothing else");
  await untilWriting(stage.follower);
  const answer = await stage.rest.send(stage.chatId, "Thank you. What is a summary of this chat?");
  stage.expect(answer.queued, "a message sent while the agent worked was not queued");
  const { follower } = stage;
  await follower.until("the queued message is answered", ({ messages, status }) => {
    const last = messages.at(-1);
    return status === "waiting" && last?.role === "assistant" && last.turn_id > turn;
  });
  const roles = follower.view.messages.filter(({ turn_id }) => turn_id >= turn).map(({ role }) => role);
  stage.expect(
    roles.join() === "user,assistant,user,assistant",
    `the order of messages is ${roles.join(", ")}`,
  );
}

async function playInterrupt(stage: Stage): Promise<void> {
  const { follower, narrator, rest, chatId } = stage;
  const turn = await say(stage, "Tell me a long story");
  await untilWriting(stage.follower);
  const shown = textInProgress(follower.view.previews.get(""));
  const askedAtMs = performance.now();
  await rest.interrupt(chatId);
  await settled(stage, turn);
  narrator.line(
    "Stop",
    `the chat is at rest ${(performance.now() - askedAtMs).toFixed(0)} ms after the request`,
  );
  const last = answerOf(stage.follower, turn);
  stage.expect(last?.interrupted === true, "the partial answer is not marked as interrupted");
  stage.expect(textOf(last?.content ?? []).startsWith(shown), "text shown before the stop is missing");
}

async function playEdit(stage: Stage): Promise<void> {
  const { follower, rest, chatId } = stage;
  const old = newestTurn(stage);
  const content = "Count to 20 instead, with spaces in between and nothing else";
  const { message, deleted_message_ids } = await rest.edit(chatId, old, content);
  stage.expect(deleted_message_ids.includes(old), "the edited message was not replaced");
  await settled(stage, message.id);
  const isGone = !follower.view.messages.some(({ turn_id }) => turn_id === old);
  stage.expect(isGone, "messages of the old way are still there");
}

async function playCrash(stage: Stage): Promise<void> {
  const { follower, narrator } = stage;
  const turn = await say(stage, `Count to ${COUNT_TO}, with spaces in between and nothing else`);
  await untilWriting(follower, CHARS_BEFORE_CRASH);
  const before = follower.view.previews.get("")?.episode;
  const killedAtMs = await killWorker(stage);
  await follower.until("another worker goes on", (view) => {
    const episode = view.previews.get("")?.episode;
    return episode !== undefined && episode !== before;
  });
  const goneOn = elapsed(killedAtMs);
  await settled(stage, turn);
  narrator.line("Worker", `the turn went on by itself ${goneOn} after the kill`);
  const text = textOf(answerOf(stage.follower, turn)?.content ?? []);
  if (stage.isDemoModel) stage.expect(text === countTo(COUNT_TO), `a number was lost or doubled: ${text}`);
}

async function playSkill(stage: Stage): Promise<void> {
  const turn = await say(stage, "How do I get to the lighthouse? Use the skill plan-a-trip");
  await settled(stage, turn);
  const messages = messagesOf(stage, turn);
  const [skill] = resultsIn(messages, "read_skill");
  stage.expect(skill?.is_error === false, "the skill was not read");
  if (!stage.isDemoModel) return;
  const [file] = resultsIn(messages, "read_skill_file");
  stage.expect(
    JSON.stringify(file?.result ?? "").includes("Lighthouse"),
    "the file of the skill was not read",
  );
}

function messagesOf({ follower }: Stage, turn: number): readonly Message[] {
  return follower.view.messages.filter(({ turn_id }) => turn_id === turn);
}
