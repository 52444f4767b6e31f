// A chat at a terminal: draws what the store tells, and does what keys say.
import type { ChatSnapshot, ChatStore, ChatView, Everturn } from "../../../client/index.ts";
import { StartError } from "../../../dev/start-error.ts";
import { type Choices, troubleWords } from "../connect.ts";
import type { Completion } from "../input/complete.ts";
import {
  type Edit,
  EMPTY_EDIT,
  editWith,
  type Key,
  leavesText,
  movedByLine,
  pressKey,
} from "../input/editor.ts";
import type { InputHistory } from "../input/history.ts";
import { inputLines } from "../input/input-lines.ts";
import { statusLines } from "../show/status-lines.ts";
import { Transcript } from "../show/transcript.ts";
import { cleanLine, cleanText } from "../text/clean.ts";
import { type Span, type StyleName, styled, wrapSpans } from "../text/style.ts";
import { Answering, type Asking } from "./answering.ts";
import { type Attachment, upload } from "./attachments.ts";
import { runCommand, type Talk } from "./commands.ts";
import { completeLine } from "./complete-line.ts";
import { openQuestion, questionLines } from "./questions.ts";
import { Screen } from "./screen.ts";
import type { Terminal } from "./terminal.ts";

export interface SessionInput {
  readonly client: Everturn;
  readonly url: string;
  readonly terminal: Terminal;
  readonly history: InputHistory;
  /** Null: a new chat. */
  readonly chatId: string | null;
  readonly choices: Choices;
  /** Sent at once; empty: nothing. */
  readonly message: string;
  /** Edits a text in the person's own editor; null where there is none. */
  readonly editOutside: ((text: string) => string) | null;
}

interface Unsent {
  readonly text: string;
  readonly attached: readonly Attachment[];
  readonly how: "steer" | undefined;
}

const frameMs = 33;
const tickMs = 1_000;
const secondStopMs = 2_000;
/** Of a chat that is opened, the messages that are printed. */
const printedAtOpen = 10;

export class Session implements Talk {
  readonly client: Everturn;
  choices: Talk["choices"];
  listed: readonly string[] = [];
  readonly #input: SessionInput;
  readonly #screen: Screen;
  readonly #columns = () => Math.max(4, this.#input.terminal.columns - 1);
  readonly #answering: Answering;
  #store: ChatStore | null = null;
  #transcript: Transcript | null = null;
  #edit: Edit = EMPTY_EDIT;
  #asking: Asking | null = null;
  #said: Span[][] = [];
  readonly #attached: Attachment[] = [];
  /** Settles when what was sent before has arrived, or could not. */
  #sending: Promise<void> = Promise.resolve();
  #workingSince: number | null = null;
  #stoppedAt = 0;
  #hasLeft = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #leave: () => void = () => undefined;

  constructor(input: SessionInput) {
    this.#input = input;
    this.client = input.client;
    this.choices = input.choices;
    this.#screen = new Screen(input.terminal);
    this.#answering = new Answering({
      client: input.client,
      ask: (asking, text) => this.#ask(asking, text),
      editOutside: input.editOutside,
    });
  }

  get chatId(): string | null {
    return this.#store?.chatId ?? null;
  }

  get view(): ChatView | null {
    return this.#store?.getSnapshot().view ?? null;
  }

  /** Resolves when the person leaves. */
  async run(): Promise<void> {
    const { terminal, chatId, message } = this.#input;
    const left = new Promise<void>((resolve) => {
      this.#leave = resolve;
    });
    terminal.onKey((key) => this.#press(key));
    terminal.onResize(() => this.#soon());
    const tick = setInterval(() => this.#soon(), tickMs);
    if (chatId === null) this.say("A new chat. /help lists the commands.");
    else this.open(chatId);
    if (message !== "") this.#do(() => this.send(message));
    this.#soon();
    await left;
    this.#hasLeft = true;
    clearInterval(tick);
    if (this.#timer !== null) clearTimeout(this.#timer);
    terminal.onKey(null);
    terminal.onResize(null);
    this.#edit = EMPTY_EDIT;
    this.#draw();
    this.#store?.close();
    this.#screen.clear();
    terminal.write(`${this.#farewell()}\r\n`);
  }

  say(text: string, style: StyleName = "dim"): void {
    for (const line of cleanText(text).split("\n")) {
      this.#said.push(...wrapSpans([styled(style, line)], { columns: this.#columns() }));
    }
    this.#soon();
  }

  open(chatId: string | null): void {
    this.#store?.close();
    this.#store = null;
    this.#transcript = null;
    this.#asking = null;
    this.#workingSince = null;
    if (chatId === null) return this.say("A new chat.");
    this.#store = this.client.chats.open(chatId);
    this.#store.subscribe(() => this.#soon());
  }

  retype(text: string, submit: (text: string) => Promise<void>): void {
    this.#ask({ prompt: "edit> ", submit, allowsEmpty: false }, text);
  }

  /** One message after the other: the second one must not arrive first, nor begin a chat of its own. */
  send(text: string, how?: "steer"): Promise<void> {
    const attached = this.#attached.splice(0);
    const sent = this.#sending.then(() => this.#sendNow({ text, attached, how }));
    this.#sending = sent.catch(() => void this.#attached.unshift(...attached));
    return sent;
  }

  async #sendNow({ text, attached, how }: Unsent): Promise<void> {
    const files = attached.map(({ file_id }) => ({ type: "file" as const, file_id }));
    const content = files.length === 0 ? text : [{ type: "text" as const, text }, ...files];
    const { profile_id: _profile, workspace_id: _workspace, plan_mode: _plan, ...ofMessage } = this.choices;
    if (this.chatId === null) {
      const { id } = await this.client.chats.create({ ...this.choices, content });
      this.open(id);
    } else {
      const busy_behavior = how === undefined ? {} : { busy_behavior: how };
      await this.client.chats.send(this.chatId, { ...ofMessage, ...busy_behavior, content });
    }
  }

  async attach(path: string): Promise<void> {
    this.#attached.push(await upload(this.client, path));
    this.#soon();
  }

  leave(): void {
    this.#leave();
  }

  #ask(asking: Asking, text: string): void {
    this.#asking = asking;
    this.#edit = editWith(text);
    this.#soon();
  }

  #press(key: Key): void {
    if (key.ctrl === true && key.name === "c") return this.#stopOrLeave();
    if (key.ctrl === true && key.name === "d" && this.#edit.text === "") return this.leave();
    if (key.ctrl === true && key.name === "l") this.#wipe();
    else if (key.name === "up" || key.name === "down") this.#arrow(key.name);
    else if (key.name === "tab" && !this.#edit.isPasting) this.#complete();
    else this.#type(key);
    this.#soon();
  }

  #wipe(): void {
    this.#screen.clear();
    this.#input.terminal.write("\u001b[2J\u001b[H");
  }

  #type(key: Key): void {
    const isEmptyEnter = key.name === "return" && !this.#edit.isPasting && this.#edit.text.trim() === "";
    if (isEmptyEnter && this.#asking?.allowsEmpty === true) return this.#submit("");
    const { edit, submitted } = pressKey(this.#edit, key);
    this.#edit = edit;
    if (submitted !== undefined) this.#submit(submitted);
  }

  #submit(text: string): void {
    const asking = this.#asking;
    this.#asking = null;
    if (asking !== null) return this.#do(() => asking.submit(text));
    this.#input.history.add(text);
    if (text.startsWith("/")) return this.#do(() => runCommand(this, text));
    const question = this.view === null ? null : openQuestion(this.view, this.#answering.answered);
    if (question !== null && this.chatId !== null) {
      const chat = this.chatId;
      return this.#do(() => this.#answering.answer({ chat, question, text }));
    }
    this.#do(() => this.send(text));
  }

  /** What fails is told, and nothing else happens. */
  #do(act: () => Promise<void>): void {
    act()
      .catch((error: unknown) => {
        this.say(error instanceof StartError ? error.message : troubleWords(error, this.#input.url), "bad");
      })
      .finally(() => this.#soon());
  }

  #arrow(way: "up" | "down"): void {
    if (!leavesText(this.#edit, way)) this.#edit = movedByLine(this.#edit, way);
    else {
      const line = this.#asking === null ? this.#input.history.step(way, this.#edit.text) : null;
      if (line !== null) this.#edit = editWith(line);
    }
  }

  #complete(): void {
    const { text, cursor } = this.#edit;
    if (this.#asking !== null || cursor !== text.length) return;
    const completion = completeLine(this, text);
    if (completion instanceof Promise) this.#do(async () => this.#completeTo(text, await completion));
    else if (completion !== null) this.#completeTo(text, completion);
  }

  #completeTo(before: string, { text, choices }: Completion): void {
    // Whoever has typed on meanwhile wants something else.
    if (this.#edit.text !== before) return;
    this.#edit = editWith(text);
    if (choices.length > 0) this.say(choices.join("  "));
  }

  /** Once: the turn stops. Twice, or at rest: the person leaves, and what runs goes on. */
  #stopOrLeave(): void {
    if (this.#asking !== null) {
      this.#asking = null;
      this.#edit = EMPTY_EDIT;
      return this.#soon();
    }
    const status = this.view?.status ?? "waiting";
    const isBusy = status !== "waiting" && status !== "error";
    const now = Date.now();
    if (!isBusy && this.#edit.text !== "") {
      this.#edit = EMPTY_EDIT;
      return this.#soon();
    }
    if (!isBusy || now - this.#stoppedAt < secondStopMs) return this.leave();
    this.#stoppedAt = now;
    this.say("Stopping. Ctrl-C again leaves, and the turn goes on where it can.");
    const chat = this.chatId;
    if (chat !== null) this.#do(async () => void (await this.client.chats.interrupt(chat, {})));
  }

  /** What is told after the farewell would stand below it. */
  #soon(): void {
    if (this.#hasLeft) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#draw();
    }, frameMs);
  }

  #draw(): void {
    const finished = this.#said.splice(0);
    const live: Span[][] = [];
    const state = this.#store?.getSnapshot();
    if (state !== undefined) {
      const shown = this.#transcriptOf(state)?.update(state.view);
      finished.push(...(shown?.finished ?? []));
      live.push(...(shown?.live ?? []), ...this.#bottom(state));
    }
    if (this.#attached.length > 0)
      live.push([styled("dim", `attached: ${this.#attached.map(({ name }) => cleanLine(name)).join(", ")}`)]);
    const { columns, rows } = this.#input.terminal;
    const room = { columns, rowsMax: Math.max(1, Math.floor(rows / 2)) };
    const input = inputLines(this.#edit, this.#asking?.prompt ?? "> ", room);
    this.#screen.draw({ finished, live, input });
  }

  /** Null until the chat has been read once. */
  #transcriptOf({ view }: ChatSnapshot): Transcript | null {
    if (this.#transcript !== null || !view.caught_up) return this.#transcript;
    const { messages } = view;
    const after = messages.at(-printedAtOpen - 1)?.id ?? 0;
    this.#transcript = new Transcript(this.#columns, after);
    return this.#transcript;
  }

  #bottom(state: ChatSnapshot): Span[][] {
    const columns = this.#columns();
    const now = Date.now();
    const isWorking = state.view.status === "running" || state.view.status === "interrupting";
    this.#workingSince = isWorking ? (this.#workingSince ?? now) : null;
    const question = openQuestion(state.view, this.#answering.answered);
    return [
      ...(question === null || this.#asking !== null ? [] : questionLines(question, columns)),
      ...statusLines({ state, now, columns, workingSince: this.#workingSince }),
    ];
  }

  #farewell(): string {
    const { chatId, view } = this;
    if (chatId === null) return "";
    const goesOn = view?.status === "running" ? "The turn goes on. " : "";
    return `${goesOn}Resume with: npm run chat -- --resume ${chatId}`;
  }
}
