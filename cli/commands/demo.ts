// `demo`: plays a conversation against a stack, in the terminal or in the console, and checks after each scene that what was streamed
// is what is stored.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildConsole } from "../../dev/console/build-console.ts";
import { createProgress } from "../../dev/progress.ts";
import { StartError } from "../../dev/start-error.ts";
import { type Audience, createAudience } from "../demo/audience.ts";
import { DemoChats } from "../demo/demo-chats.ts";
import { createNarrator, type Narrator } from "../demo/narrator.ts";
import { type DemoStack, openStack } from "../demo/open-stack.ts";
import { FIRST_MESSAGE, SCENES } from "../demo/scenes.ts";
import { whenAskedToStop } from "../stop-signal.ts";

// As in shells: 128 + SIGINT.
const EXIT_CODE_INTERRUPTED = 130;
const EXAMPLE_PROJECT = fileURLToPath(new URL("../../examples/project", import.meta.url));
const PAUSE_DEFAULT_S = 6;
const PAUSE_MAX_S = 600;

const HELP = `npm run demo                 plays a conversation in this terminal
npm run demo -- --console    plays it in the console: your browser shows the chats, this terminal says what to look at

Both use the stack of \`npm start\` if it runs in this folder; otherwise they start one that leaves nothing behind.
Workers are killed on the way. In the end the exit code is 0 if every promise held.

With --console:
  --no-open        open no browser; the address is printed
  --pause SECONDS  how long you have to read what comes before each scene (${PAUSE_DEFAULT_S}); Enter goes on at once
`;

interface DemoOptions {
  readonly console: boolean;
  readonly opens: boolean;
  readonly pauseMs: number;
}

/** Ends the process: with 0 if every promise held; otherwise it prints what did not, and exits with 1. */
export async function demo(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (options === null) {
    process.stdout.write(HELP);
    return;
  }
  const askedToStop = whenAskedToStop().then(() => EXIT_CODE_INTERRUPTED);
  const narrator = createNarrator((text) => process.stdout.write(text));
  if (options.console) await prepareConsole(process.env);
  const stack = await openStack(process.env);
  let exitCode = 1;
  try {
    exitCode = await Promise.race([askedToStop, perform(stack, narrator, options)]);
  } catch (error) {
    narrator.title(`The demo could not go on: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await stack.stop();
  }
  process.exit(exitCode);
}

/** Null: the help was asked for. */
function readOptions(args: string[]): DemoOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      console: { type: "boolean", default: false },
      "no-open": { type: "boolean", default: false },
      pause: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return null;
  if (!values.console && (values["no-open"] || values.pause !== undefined))
    throw new StartError("--no-open and --pause belong to --console.");
  const pauseS = Number(values.pause ?? PAUSE_DEFAULT_S);
  if (values.pause?.trim() === "" || !(pauseS >= 0 && pauseS <= PAUSE_MAX_S))
    throw new StartError(`--pause wants seconds from 0 to ${PAUSE_MAX_S}, not “${values.pause}”.`);
  return { console: values.console, opens: !values["no-open"], pauseMs: pauseS * 1_000 };
}

/** Throws a StartError if there will be no page to watch. */
async function prepareConsole(env: NodeJS.ProcessEnv): Promise<void> {
  if (env["EVERTURN_CONSOLE"] === "off")
    throw new StartError(
      "EVERTURN_CONSOLE=off leaves the console out. Unset it, or run the demo without --console.",
    );
  await createProgress(process.stdout, env).step("Console", async () => void (await buildConsole()));
}

async function perform(stack: DemoStack, narrator: Narrator, options: DemoOptions): Promise<number> {
  if (!options.console) return play(stack, narrator, null);
  const { apiUrl, apiKey } = stack;
  await checkConsole(apiUrl);
  const { opens, pauseMs } = options;
  const { env, stdin } = process;
  const audience = createAudience({ apiUrl, apiKey, narrator, opens, pauseMs, env, input: stdin });
  try {
    const exitCode = await play(stack, narrator, audience);
    if (stack.isOwn)
      await audience.stay(`Look around as long as you like: ${apiUrl}\nEnter ends everything.`);
    return exitCode;
  } finally {
    audience.close();
  }
}

/** A stack that was started before may serve no console. */
async function checkConsole(apiUrl: string): Promise<void> {
  const { ok } = await fetch(`${apiUrl}/sign-in`);
  if (!ok) throw new Error(`${apiUrl} serves no console. Start it without EVERTURN_CONSOLE=off.`);
}

async function play(stack: DemoStack, narrator: Narrator, audience: Audience | null): Promise<number> {
  const startedAtMs = performance.now();
  narrator.title(`A conversation with Everturn, on ${stack.isOwn ? "a stack of its own" : stack.apiUrl}`);
  const firstChat = {
    title: "The demo's conversation",
    content: FIRST_MESSAGE,
    project_path: EXAMPLE_PROJECT,
  };
  const chats = new DemoChats({ stack, narrator, firstChat, audience });
  const scenes = SCENES.filter(({ needsDemoModel }) => stack.isDemoModel || needsDemoModel !== true);
  try {
    for (const [index, scene] of scenes.entries()) {
      narrator.title(`${index + 1}. ${scene.title}`);
      const stage = await chats.stageFor(scene);
      await scene.play(stage);
      await chats.check(index + 1);
    }
  } finally {
    await chats.close();
  }
  return tellEnd({ stack, narrator, chats, played: scenes.length, startedAtMs });
}

interface EndInput {
  readonly stack: DemoStack;
  readonly narrator: Narrator;
  readonly chats: DemoChats;
  readonly played: number;
  readonly startedAtMs: number;
}

function tellEnd({ stack, narrator, chats, played, startedAtMs }: EndInput): number {
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(0);
  const { faults, first, parts, messages } = chats;
  if (faults.length > 0) {
    narrator.title(`What did not hold:\n${faults.map((words) => `- ${words}`).join("\n")}`);
    return 1;
  }
  const counts = `${played} scenes, ${parts} parts, ${messages} messages`;
  narrator.title(`All of it held: ${counts} at the end, in ${seconds} s.`);
  const left = SCENES.length - played;
  if (left > 0)
    narrator.title(`${left} more scenes need the demo model: run the demo without a provider's key.`);
  const workflow = first?.links.temporal ?? null;
  if (!stack.isOwn && workflow !== null) narrator.title(`Its turns in Temporal's Web UI: ${workflow}`);
  return 0;
}
