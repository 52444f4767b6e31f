// A scene in which a chat is forked while it answers, and the worker of both dies.
import { isDeepStrictEqual } from "node:util";
import type { ChatFollower } from "./follow-chat.ts";
import {
  answerOf,
  countTo,
  killWorker,
  type Scene,
  type Stage,
  say,
  settled,
  untilWriting,
} from "./stage.ts";
import { textOf } from "./tell-chat.ts";

const COUNT_TO = 60;
const FORK_COUNTS_TO = 80;

export const FORK_SCENE: Scene = {
  title: "A fork takes another way while the chat goes on; the worker of both dies (SIGKILL)",
  look: "The chat counts to 60. Its fork, new in the list, counts to 80. Both go on when their worker has died.",
  play: playFork,
};

async function playFork(stage: Stage): Promise<void> {
  const { follower, narrator, rest, chatId } = stage;
  const before = follower.view.messages;
  const last = before.at(-1)?.id;
  if (last === undefined) throw new Error("the chat has no message to fork at");
  const turn = await say(stage, `Count to ${COUNT_TO}, with spaces in between and nothing else`);
  await untilWriting(follower, 1);
  const forked = await rest.fork(chatId, last);
  narrator.line("Fork", `a chat of its own, with the ${before.length} messages up to there`);
  const fork = stage.follow(forked.id, null);
  await fork.until("the fork's first snapshot", ({ caught_up }) => caught_up);
  const copied = fork.view.messages;
  stage.expect(
    isDeepStrictEqual(contentsOf(copied), contentsOf(before)),
    "the fork does not begin with the history of its chat",
  );
  const asked = `Count to ${FORK_COUNTS_TO} instead, with spaces in between and nothing else`;
  const forkTurn = await say(stage, asked, forked.id);
  await untilWriting(fork, 1);
  await killWorker(stage);
  await Promise.all([settled(stage, turn), settled(stage, forkTurn, fork)]);
  narrator.line("Fork", answerIn(fork, forkTurn));
  if (!stage.isDemoModel) return;
  expectCount(stage, answerIn(follower, turn), COUNT_TO);
  expectCount(stage, answerIn(fork, forkTurn), FORK_COUNTS_TO);
}

function contentsOf(messages: ChatFollower["view"]["messages"]) {
  return messages.map(({ role, content }) => ({ role, content }));
}

function answerIn(follower: ChatFollower, turn: number): string {
  return textOf(answerOf(follower, turn)?.content ?? []);
}

function expectCount(stage: Stage, text: string, last: number): void {
  stage.expect(text === countTo(last), `a number was lost or doubled: ${text}`);
}
