// `demo`: plays a conversation against a stack, prints it line by line, and checks after each scene that what was
// streamed is what is stored.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DemoChats } from "../demo/demo-chats.ts";
import { createNarrator, type Narrator } from "../demo/narrator.ts";
import { type DemoStack, openStack } from "../demo/open-stack.ts";
import { FIRST_MESSAGE, SCENES } from "../demo/scenes.ts";
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
  narrator.title(`A conversation with Everturn, on ${stack.isOwn ? "a stack of its own" : stack.apiUrl}`);
  const chats = new DemoChats(stack, narrator);
  const scenes = SCENES.filter(({ needsDemoModel }) => stack.isDemoModel || needsDemoModel !== true);
  try {
    await chats.open({ content: FIRST_MESSAGE, project_path: EXAMPLE_PROJECT });
    for (const [index, scene] of scenes.entries()) {
      narrator.title(`${index + 1}. ${scene.title}`);
      const stage = await chats.stageFor(scene);
      await scene.play(stage);
      await chats.check(index + 1);
    }
  } finally {
    await chats.close();
  }
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(0);
  const { faults, first, parts, messages } = chats;
  if (faults.length > 0) {
    narrator.title(`What did not hold:\n${faults.map((words) => `- ${words}`).join("\n")}`);
    return 1;
  }
  const counts = `${scenes.length} scenes, ${parts} parts, ${messages} messages`;
  narrator.title(`All of it held: ${counts} at the end, in ${seconds} s.`);
  const left = SCENES.length - scenes.length;
  if (left > 0)
    narrator.title(`${left} more scenes need the demo model: run the demo without a provider's key.`);
  const workflow = first?.links.temporal ?? null;
  if (!stack.isOwn && workflow !== null) narrator.title(`Its turns in Temporal's Web UI: ${workflow}`);
  return 0;
}
