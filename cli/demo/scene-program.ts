// A scene that has a program written in a workspace, and kills the worker while its tests run.
import type { Message } from "../../core/chat/message.ts";
import { elapsed, killWorker, newestTurn, resultsIn, type Scene, type Stage, settled } from "./stage.ts";
import { outputOf } from "./tell-chat.ts";

export const PROGRAM_SCENE: Scene = {
  title: "A program is written in a workspace; the worker dies while its tests run (SIGKILL)",
  look: "A workspace is made, a program is written, and its tests print as they run. The worker dies, the tests go on.",
  opening: {
    title: "The demo's program",
    content: "Please write a small program and test it: the median of a list of numbers.",
  },
  play: playProgram,
};

async function playProgram(stage: Stage): Promise<void> {
  const { follower, narrator } = stage;
  await follower.until("the tests print", ({ previews }) => outputOf(previews).includes("median("));
  const killedAtMs = await killWorker(stage);
  await follower.until(
    "the first run of the tests has a result",
    (view) => verdictsOf(view.messages).length > 0,
  );
  narrator.line(
    "Worker",
    `re-attached to the same process: its result came ${elapsed(killedAtMs)} after the kill`,
  );
  await settled(stage, newestTurn(stage));
  const results = resultsIn(follower.view.messages);
  stage.expect(
    results.every((part) => !part.is_error),
    "a tool failed",
  );
  if (!stage.isDemoModel) return;
  const verdicts = verdictsOf(follower.view.messages);
  stage.expect(
    verdicts.join(", ") === "5 passed, 1 failed, 6 passed, 0 failed",
    `the tests said ${verdicts.join(", ")}`,
  );
  const runs = executeOutput(results.at(-1)?.result).trim();
  stage.expect(runs === "2", `the tests were to run twice, and ran ${runs} times`);
}

function executeOutput(result: unknown): string {
  const output = (result as { readonly output?: unknown } | null)?.output;
  return typeof output === "string" ? output : "";
}

/** The last line of each run of the tests. */
function verdictsOf(messages: readonly Message[]): readonly string[] {
  return resultsIn(messages).flatMap(
    ({ result }) => /\d+ passed, \d+ failed/.exec(executeOutput(result))?.[0] ?? [],
  );
}
