// Prints what a person who reads along sees of a chat, as it changes.

import type { Message } from "../../core/chat/message.ts";
import type { ChatView, Preview } from "../../core/stream/chat-reducer.ts";
import type { Narrator } from "./narrator.ts";

const JSON_CHARS_SHOWN = 72;

/** What the lines of a chat begin with. */
export interface Voices {
  readonly user: string;
  readonly model: string;
}

interface Told {
  readonly voices: Voices;
  /** Committed messages, by id. */
  readonly messages: Set<number>;
  readonly queued: Set<number>;
  /** The answer being written, and how much of it has been printed. */
  episode: string | null;
  text: string;
  /** What running tools have printed, and how much of that has been printed here. */
  outputs: string;
  output: string;
}

/** Returns a function that takes each new view and prints what is new in it. */
export function createTeller(
  narrator: Narrator,
  voices: Voices = { user: "You", model: "Model" },
): (view: ChatView) => void {
  const told: Told = {
    voices,
    messages: new Set(),
    queued: new Set(),
    episode: null,
    text: "",
    outputs: "",
    output: "",
  };
  return (view) => {
    for (const message of view.messages.filter(({ id }) => !told.messages.has(id))) {
      told.messages.add(message.id);
      tellMessage(narrator, message, told);
    }
    for (const queued of view.queued_messages.filter(({ id }) => !told.queued.has(id))) {
      told.queued.add(queued.id);
      narrator.line("Queued", textOf(queued.content));
    }
    tellWriting(narrator, view.previews.get(""), told);
    tellOutput(narrator, view.previews, told);
  };
}

function tellMessage(narrator: Narrator, message: Message, told: Told): void {
  if (message.role === "user") narrator.line(told.voices.user, textOf(message.content));
  const wasTold = told.text !== "";
  if (message.role === "assistant") Object.assign(told, { episode: null, text: "" });
  for (const part of message.content) {
    if (part.type === "text" && message.role === "assistant" && !wasTold)
      narrator.line(told.voices.model, part.text);
    if (part.type === "tool-call") narrator.line("Calls", `${part.tool_name} ${short(part.args)}`);
    if (part.type === "tool-result") narrator.line("Result", `${part.tool_name} ${short(part.result)}`);
  }
  if (message.interrupted) narrator.line("", "(stopped here; what was written is kept)");
}

function tellWriting(narrator: Narrator, preview: Preview | undefined, told: Told): void {
  if (preview === undefined) return;
  const text = textInProgress(preview);
  if (preview.episode !== told.episode) {
    // Whether the new attempt continues the text is known only when it sends something.
    if (told.text !== "" && text === "") return;
    if (told.text !== "") tellNewAttempt(narrator, text);
    told.episode = preview.episode;
    told.text = "";
  }
  if (text.length > told.text.length) narrator.grow(told.voices.model, text.slice(told.text.length));
  told.text = text;
}

/** Text that is kept from the attempt before comes as one part. A model that starts over sends word after word. */
function tellNewAttempt(narrator: Narrator, text: string): void {
  const isKept = text.trim().includes(" ");
  const goesOn = `new attempt: ${text.length} characters are kept, and the model goes on`;
  narrator.line("Stream", isKept ? goesOn : "new attempt: what was shown is withdrawn");
}

/** Output of running tools. After a crash the next attempt shows it from the start, so only what is new is printed. */
function tellOutput(narrator: Narrator, previews: ReadonlyMap<string, Preview>, told: Told): void {
  const running = [...previews.keys()].filter((slot) => slot !== "").join();
  if (running === "") return;
  if (running !== told.outputs) Object.assign(told, { outputs: running, output: "" });
  const text = outputOf(previews);
  if (text.length <= told.output.length) return;
  narrator.grow("Output", text.slice(told.output.length));
  told.output = text;
}

/** What running tools have printed so far. */
export function outputOf(previews: ReadonlyMap<string, Preview>): string {
  const parts = [...previews].flatMap(([slot, { content }]) => (slot === "" ? [] : [...content.values()]));
  return parts.map((part) => (part.type === "tool-output" ? part.text : "")).join("");
}

/** The text of an answer being written. */
export function textInProgress(preview: Preview | undefined): string {
  const parts = [...(preview?.content ?? [])].sort(([a], [b]) => a - b);
  return parts.map(([, part]) => (part.type === "text" ? part.text : "")).join("");
}

export function textOf(content: readonly { readonly type: string; readonly text?: string }[]): string {
  return content.map((part) => (part.type === "text" ? (part.text ?? "") : "")).join("");
}

function short(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length <= JSON_CHARS_SHOWN ? json : `${json.slice(0, JSON_CHARS_SHOWN)}…`;
}
