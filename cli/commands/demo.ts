// `demo`: plays a conversation against a stack, prints it line by line, and checks after each scene that what was
// streamed is what is stored.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Chat } from "../../core/chat/message.ts";
import { differences } from "../demo/check-stored.ts";
import { followChat } from "../demo/follow-chat.ts";
import { createNarrator, type Narrator } from "../demo/narrator.ts";
import { type DemoStack, openStack } from "../demo/open-stack.ts";
import { createRest } from "../demo/rest.ts";
import { FIRST_MESSAGE, SCENES } from "../demo/scenes.ts";
import type { Scene, Stage } from "../demo/stage.ts";
import { createTeller } from "../demo/tell-chat.ts";
import { whenAskedToStop } from "../stop-signal.ts";

// As in shells: 128 + SIGINT.
const EXIT_CODE_INTERRUPTED = 130;
const EXAMPLE_PROJECT = fileURLToPath(new URL("../../examples/project", import.meta.url));

/** Ends the process: with 0 if every promise held; otherwise it prints what did not, and exits with 1. */
export async function demo(args: string[]): Promise<void> {
  parseArgs({ args, options: {} });
  const askedToStop = whenAskedToStop().then(() => EXIT_CODE_INTERRUPTED);
  const narrator = createNarrator((text) => process.stdout.write(text));
  const stack = await openStack(process.env);
  let exitCode = 1;
  try {
    exitCode = await Promise.race([askedToStop, play(stack, narrator)]);
  } catch (error) {
    narrator.title(`The demo could not go on: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await stack.stop();
  }
  process.exit(exitCode);
}

async function play(stack: DemoStack, narrator: Narrator): Promise<number> {
  const startedAtMs = performance.now();
  const rest = createRest(stack.apiUrl, stack.apiKey);
  narrator.title(`A conversation with Everturn, on ${stack.isOwn ? "a stack of its own" : stack.apiUrl}`);
  const faults: string[] = [];
  const openings: Opening[] = [];
  const open = async (body: Parameters<typeof rest.createChat>[0]): Promise<Opening> => {
    const chat = await rest.createChat(body);
    const { apiUrl, apiKey } = stack;
    const follower = followChat({ apiUrl, apiKey, chatId: chat.id, onChange: createTeller(narrator) });
    const stage: Stage = {
      rest,
      narrator,
      follower,
      chatId: chat.id,
      isDemoModel: stack.isDemoModel,
      workerPid: () => stack.workerPid(),
      expect(holds, words) {
        if (!holds) faults.push(words);
      },
    };
    openings.push({ chat, stage });
    return { chat, stage };
  };
  const title = "The demo's conversation";
  const { chat, stage } = await open({ content: FIRST_MESSAGE, title, project_path: EXAMPLE_PROJECT });
  try {
    for (const [index, scene] of SCENES.entries()) {
      narrator.title(`${index + 1}. ${scene.title}`);
      const { opening } = scene;
      const own = opening === undefined ? stage : (await open({ content: opening, title })).stage;
      faults.push(...(await playScene(own, scene, index + 1)));
    }
  } finally {
    for (const { stage: each } of openings) each.follower.close();
  }
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(0);
  if (faults.length > 0) {
    narrator.title(`What did not hold:\n${faults.map((words) => `- ${words}`).join("\n")}`);
    return 1;
  }
  const count = (of: (stage: Stage) => number) => openings.reduce((sum, each) => sum + of(each.stage), 0);
  const parts = count(({ follower }) => follower.parts);
  const messages = count(({ follower }) => follower.view.messages.length);
  const counts = `${SCENES.length} scenes, ${parts} parts, ${messages} messages`;
  narrator.title(`All of it held: ${counts} at the end, in ${seconds} s.`);
  if (!stack.isOwn && chat.links.temporal !== null) {
    narrator.title(`Its turns in Temporal's Web UI: ${chat.links.temporal}`);
  }
  return 0;
}

interface Opening {
  readonly chat: Chat;
  readonly stage: Stage;
}

/** Returns the differences between the stream and the store afterwards. */
async function playScene(stage: Stage, scene: Scene, number: number): Promise<string[]> {
  const { rest, chatId, follower, narrator } = stage;
  await scene.play(stage);
  const [messages, { status }] = await Promise.all([rest.messages(chatId), rest.chat(chatId)]);
  const found = differences(follower, { messages, status });
  const words = found.length === 0 ? `stored = streamed, ${messages.length} messages` : found.join("; ");
  narrator.line("Check", words);
  return found.map((fault) => `scene ${number}: ${fault}`);
}
