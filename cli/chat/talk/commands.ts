// The commands that begin with a slash.
import type { ChatView, Everturn } from "../../../client/index.ts";
import { StartError } from "../../../dev/start-error.ts";
import { type Choices, findEffort, findNamed } from "../connect.ts";
import { costWords } from "../show/words.ts";
import { cleanLine } from "../text/clean.ts";

/** What a command can do to the talk. */
export interface Talk {
  readonly client: Everturn;
  /** Null: nothing has been sent yet. */
  readonly chatId: string | null;
  readonly view: ChatView | null;
  choices: Choices & { readonly plan_mode?: boolean };
  /** Ids of the chats that were listed last, so that they can be opened by number. */
  listed: readonly string[];
  say(text: string): void;
  /** Null: a new chat. */
  open(chatId: string | null): void;
  /** Puts a text into the line that is typed; what is sent then goes to `submit`. */
  retype(text: string, submit: (text: string) => Promise<void>): void;
  send(text: string, how?: "steer"): Promise<void>;
  attach(path: string): Promise<void>;
  leave(): void;
}

interface Command {
  readonly usage: string;
  readonly help: string;
  readonly run: (talk: Talk, rest: string) => Promise<void> | void;
}

const chatsShown = 20;

export const COMMANDS: Readonly<Record<string, Command>> = {
  "/help": { usage: "/help", help: "list the commands", run: (talk) => talk.say(helpText()) },
  "/new": { usage: "/new", help: "begin a new chat", run: (talk) => talk.open(null) },
  "/chats": { usage: "/chats", help: "list your chats", run: listChats },
  "/open": { usage: "/open N or ID", help: "go on with a chat of the list", run: openChat },
  "/model": {
    usage: "/model [name]",
    help: "list the models, or choose one for the next messages",
    run: chooseModel,
  },
  "/effort": { usage: "/effort [level]", help: "how long the model thinks", run: chooseEffort },
  "/plan": { usage: "/plan [on or off]", help: "plan first, change nothing until you approve", run: setPlan },
  "/fork": { usage: "/fork", help: "go on in a copy of this chat", run: fork },
  "/edit": { usage: "/edit", help: "change your last message and answer it anew", run: editLast },
  "/queue": {
    usage: "/queue [drop N, now N]",
    help: "show, drop or send what waits for its turn",
    run: queue,
  },
  "/steer": {
    usage: "/steer text",
    help: "tell the running turn something",
    run: (talk, rest) => talk.send(needed(rest, "/steer text"), "steer"),
  },
  "/stop": { usage: "/stop", help: "stop the running turn", run: stop },
  "/attach": {
    usage: "/attach path",
    help: "send a file with the next message",
    run: (talk, rest) => talk.attach(needed(rest, "/attach path")),
  },
  "/compact": { usage: "/compact", help: "replace older messages by a summary, for the model", run: compact },
  "/clear": { usage: "/clear", help: "let the model forget what came before", run: clear },
  "/refresh": {
    usage: "/refresh",
    help: "read the instructions and skills of the chat's folder again",
    run: refresh,
  },
  "/cost": { usage: "/cost", help: "what this chat has cost", run: cost },
  "/quit": { usage: "/quit", help: "leave; a running turn goes on", run: (talk) => talk.leave() },
};

/** Runs a line that begins with a slash. Throws a StartError when there is no such command. */
export async function runCommand(talk: Talk, line: string): Promise<void> {
  const [, name = "", rest = ""] = /^(\S*)\s*([^]*)$/u.exec(line.trim()) ?? [];
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined)
    throw new StartError(`There is no command ${cleanLine(name)}. /help lists them.`);
  await command.run(talk, rest);
}

function helpText(): string {
  const width = Math.max(...Object.values(COMMANDS).map(({ usage }) => usage.length)) + 2;
  const lines = Object.values(COMMANDS).map(({ usage, help }) => `${usage.padEnd(width)}${help}`);
  return [
    ...lines,
    "",
    "Alt+Enter, or a backslash at the end, goes on in the next line. Ctrl-C stops the turn; twice, it leaves.",
  ].join("\n");
}

function needed(rest: string, usage: string): string {
  if (rest === "") throw new StartError(`Write it behind the command: ${usage}`);
  return rest;
}

function chatOf({ chatId }: Talk): string {
  if (chatId === null) throw new StartError("There is no chat yet: send a message first.");
  return chatId;
}

async function listChats(talk: Talk): Promise<void> {
  const { items } = await talk.client.chats.list({ limit: chatsShown, archived: false });
  talk.listed = items.map(({ id }) => id);
  const lines = items.map(({ title, status, id }, i) => {
    const here = id === talk.chatId ? "  (this one)" : "";
    return `${String(i + 1).padStart(3)}  ${cleanLine(title)}  ${status === "waiting" ? "" : status.replace("_", " ")}${here}`;
  });
  talk.say(
    lines.length === 0
      ? "There are no chats yet."
      : `${lines.join("\n")}\nOpen one with /open and its number.`,
  );
}

async function openChat(talk: Talk, rest: string): Promise<void> {
  const wanted = needed(rest, "/open N or ID");
  const id = talk.listed[Number(wanted) - 1] ?? wanted;
  if (/^\d{1,3}$/u.test(id)) throw new StartError(`No chat has the number ${id}: list them with /chats.`);
  talk.open((await talk.client.chats.get(id)).id);
}

async function chooseModel(talk: Talk, rest: string): Promise<void> {
  const { items } = await talk.client.modelConfigs.list();
  const now = talk.choices.model_config_id ?? talk.view?.chat?.last_model_config_id;
  if (rest === "") {
    const lines = items.map(({ id, name, is_default }) => {
      const isNow = now == null ? is_default : id === now;
      return `${isNow ? "›" : " "} ${cleanLine(name)}`;
    });
    return talk.say(lines.join("\n"));
  }
  const { id, name } = findNamed("model", items, rest);
  talk.choices = { ...talk.choices, model_config_id: id };
  talk.say(`The next messages go to ${cleanLine(name)}.`);
}

function chooseEffort(talk: Talk, rest: string): void {
  const now = talk.choices.reasoning_effort ?? talk.view?.chat?.reasoning_effort ?? "the model's own";
  if (rest === "") return talk.say(`The effort is ${now}.`);
  talk.choices = { ...talk.choices, reasoning_effort: findEffort(rest) };
  talk.say(`The next messages are answered with effort ${rest}.`);
}

async function setPlan(talk: Talk, rest: string): Promise<void> {
  if (!["", "on", "off"].includes(rest)) throw new StartError("Write /plan on or /plan off.");
  const plan_mode = rest !== "off";
  if (talk.chatId === null) talk.choices = { ...talk.choices, plan_mode };
  else await talk.client.chats.update(talk.chatId, { plan_mode });
  talk.say(plan_mode ? "The agent plans first." : "The agent may act at once.");
}

async function fork(talk: Talk): Promise<void> {
  const last = talk.view?.messages.at(-1);
  if (last === undefined) throw new StartError("There is nothing to copy yet.");
  talk.open((await talk.client.chats.fork(chatOf(talk), { message_id: last.id })).id);
}

function editLast(talk: Talk): void {
  const chat = chatOf(talk);
  const message = talk.view?.messages.findLast(({ role }) => role === "user");
  if (message === undefined) throw new StartError("There is no message of yours to change.");
  const text = message.content.map((part) => (part.type === "text" ? part.text : "")).join("");
  const files = message.content.filter((part) => part.type === "file");
  talk.retype(text, async (changed) => {
    await talk.client.chats.edit(chat, {
      message: message.id,
      content: [{ type: "text", text: changed }, ...files],
    });
  });
}

async function queue(talk: Talk, rest: string): Promise<void> {
  const chat = chatOf(talk);
  const queued = talk.view?.queued_messages ?? [];
  const [act, number] = rest.split(" ");
  if (rest === "") {
    const lines = queued.map(({ content }, i) => {
      const words = content.map((part) => (part.type === "text" ? part.text : `[${part.type}]`)).join(" ");
      return `${String(i + 1).padStart(3)}  ${cleanLine(words)}`;
    });
    return talk.say(lines.length === 0 ? "Nothing is queued." : lines.join("\n"));
  }
  const message = queued[Number(number) - 1];
  if (message === undefined)
    throw new StartError("Write /queue drop N or /queue now N, with a number of the list that /queue shows.");
  if (act === "drop") await talk.client.queue.delete(chat, message.id);
  else if (act === "now") await talk.client.queue.promote(chat, { id: message.id });
  else throw new StartError("Write /queue drop N or /queue now N.");
}

async function stop(talk: Talk): Promise<void> {
  await talk.client.chats.interrupt(chatOf(talk), {});
}

async function compact(talk: Talk): Promise<void> {
  await talk.client.chats.compact(chatOf(talk), {});
  talk.say("Older messages are being summarised.");
}

async function clear(talk: Talk): Promise<void> {
  await talk.client.chats.clear(chatOf(talk));
  talk.say("The model has forgotten what came before. You can still read it.");
}

async function refresh(talk: Talk): Promise<void> {
  await talk.client.chats.refreshContext(chatOf(talk));
  talk.say("The next step reads the instructions and skills again.");
}

async function cost(talk: Talk): Promise<void> {
  const { total_cost_micros, request_count, unpriced_request_count } = await talk.client.chats.cost(
    chatOf(talk),
  );
  const unpriced =
    unpriced_request_count === 0 ? "" : `, ${unpriced_request_count} of them without a known price`;
  talk.say(`${costWords(total_cost_micros)} in ${request_count} model calls${unpriced}.`);
}
