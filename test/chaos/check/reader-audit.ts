// A reader's text held against what the model says, part by part: what is
// shown grows along one expected text, and nothing of it is left out, repeated or out of place. Pure.
import type { MessagePartData, StreamEvent } from "../../../core/stream/stream-event.ts";

/** Text at one place of one episode: its length so far, and the expected texts that it may still become. */
interface Place {
  length: number;
  candidates: readonly string[];
}

/** How much of a wrong delta is looked for elsewhere in the expected text, to say what went wrong. */
const SOUGHT_CHARS = 40;

export class ReaderAudit {
  readonly #expected: readonly string[];
  readonly #outputMark: string;
  readonly #places = new Map<string, Place>();
  readonly violations: string[] = [];
  parts = 0;
  resets = 0;

  /**
   * @param expected every text, reasoning and output of the chat
   * @param outputMark how outputs of ours begin: other tools say what they like
   */
  constructor(expected: readonly string[], outputMark: string) {
    this.#expected = expected;
    this.#outputMark = outputMark;
  }

  take(event: StreamEvent): void {
    if (event.type === "history_reset") this.#places.clear();
    if (event.type === "messages") for (const episode of event.data.closes) this.#drop(episode);
    if (event.type === "preview_reset") {
      this.resets++;
      this.#drop(event.data.episode);
    }
    if (event.type !== "message_part") return;
    this.parts++;
    this.#grow(event.data, textOf(event.data));
  }

  #drop(episode: string): void {
    for (const key of this.#places.keys()) if (key.startsWith(`${episode} `)) this.#places.delete(key);
  }

  #grow(data: MessagePartData, text: string): void {
    if (text === "") return;
    const key = `${data.episode} ${data.index}`;
    const place = this.#places.get(key) ?? this.#open(key, data, text);
    if (place.candidates.length === 0) return;
    const fitting = place.candidates.filter((one) => one.startsWith(text, place.length));
    if (fitting.length === 0) this.violations.push(describe(place, text, data));
    place.length += text.length;
    place.candidates = fitting;
  }

  #open(key: string, { part }: MessagePartData, text: string): Place {
    const mark = this.#outputMark;
    const isForeign = part.type === "tool-result" && !mark.startsWith(text) && !text.startsWith(mark);
    const place = { length: 0, candidates: isForeign ? [] : this.#expected };
    this.#places.set(key, place);
    return place;
  }
}

function textOf({ part }: MessagePartData): string {
  if (part.type === "text" || part.type === "reasoning") return part.text;
  return part.type === "tool-result" ? (part.result_delta ?? "") : "";
}

function describe(place: Place, text: string, { episode, from_seq, seq }: MessagePartData): string {
  const [likely = ""] = place.candidates;
  const sought = text.slice(0, SOUGHT_CHARS);
  const at = likely.indexOf(sought);
  const what = at < 0 ? "reordered" : at > place.length ? "missing" : "doubled";
  return `${what}: at ${place.length} of ${episode} (${from_seq}-${seq}) stands ${JSON.stringify(sought)}`;
}
