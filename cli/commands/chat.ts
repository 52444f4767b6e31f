// `chat`: talks with an agent in the terminal; in a pipe it prints the answer alone.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { EverturnNetworkError } from "../../client/index.ts";
import { StartError } from "../../dev/start-error.ts";
import { CHAT_HELP, type ChatOptions, readChatOptions } from "../chat/chat-options.ts";
import { findChoices, findResumed, findServer, type Server, troubleWords } from "../chat/connect.ts";
import { EXIT_ERROR, EXIT_UNREACHABLE, ExitWith } from "../chat/exit.ts";
import { historyFile, InputHistory } from "../chat/input/history.ts";
import { askOnce } from "../chat/piped.ts";
import { Session } from "../chat/talk/session.ts";
import { openTerminal, type Terminal } from "../chat/talk/terminal.ts";
import { cleanText } from "../chat/text/clean.ts";

export async function chat(args: string[]): Promise<void> {
  const options = readChatOptions(args);
  if (options.help) {
    process.stdout.write(CHAT_HELP);
    return;
  }
  let url = options.url ?? "";
  try {
    const server = findServer(options, process.env);
    ({ url } = server);
    if (process.stdin.isTTY && process.stdout.isTTY) await talk(server, options);
    else await pipe(server, options);
  } catch (error) {
    const code =
      error instanceof ExitWith
        ? error.code
        : error instanceof EverturnNetworkError
          ? EXIT_UNREACHABLE
          : EXIT_ERROR;
    const words =
      error instanceof ExitWith || error instanceof StartError ? error.message : troubleWords(error, url);
    process.stderr.write(`${words}\n`);
    process.exitCode = code;
  }
}

async function talk({ client, url }: Server, options: ChatOptions): Promise<void> {
  // Whoever cannot be reached, or refuses the key, is known before anybody types.
  const choices = await findChoices(client, options);
  const chatId = await findResumed(client, options);
  if (chatId === null) await client.me.get();
  const terminal = openTerminal();
  const history = new InputHistory(historyFile(process.env));
  const editOutside = outsideEditor(terminal);
  const { message } = options;
  try {
    await new Session({ client, url, terminal, history, chatId, choices, message, editOutside }).run();
  } finally {
    terminal.close();
  }
}

async function pipe({ client }: Server, options: ChatOptions): Promise<void> {
  const piped = process.stdin.isTTY ? "" : await readText(process.stdin);
  const message = [options.message, piped.trim()].filter(Boolean).join("\n\n");
  if (message === "")
    throw new StartError("There is nothing to ask: write the question behind the command, or pipe it in.");
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once("SIGINT", onInterrupt);
  try {
    const choices = await findChoices(client, options);
    const chatId = await findResumed(client, options);
    const answer = await askOnce({ client, chatId, message, choices, stop: stop.signal });
    // A file gets what the model wrote, byte for byte; a terminal gets nothing that it would obey.
    process.stdout.write(`${process.stdout.isTTY ? cleanText(answer) : answer}\n`);
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

/** The program in $VISUAL or $EDITOR; null where neither is set. */
function outsideEditor(terminal: Terminal): ((text: string) => string) | null {
  const editor = process.env["VISUAL"] || process.env["EDITOR"];
  if (!editor) return null;
  return (text) => {
    const folder = mkdtempSync(join(tmpdir(), "everturn-chat-"));
    const file = join(folder, "arguments.json");
    try {
      writeFileSync(file, text, { mode: 0o600 });
      // As git does it: the setting may have arguments of its own.
      const { status } = terminal.lend(() =>
        spawnSync("sh", ["-c", `${editor} "$1"`, "sh", file], { stdio: "inherit" }),
      );
      if (status !== 0) throw new StartError(`The editor ended with ${status}, so nothing was changed.`);
      return readFileSync(file, "utf8");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
