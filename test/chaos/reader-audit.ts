// Chaos runs know every answer beforehand. This file: a reader's text held against what the model says, part by part: what is
// shown grows along one expected text, and nothing of it is left out, repeated or out of place. Pure.
import type { MessagePartData, StreamEvent } from "../../core/stream-event.ts";

export interface ReaderAudit {
  readonly violations: readonly string[];
  readonly parts: number;
  readonly resets: number;
  take(event: StreamEvent): void;
}

/** Text at one place of one episode: its length so far, and the expected texts that it may still become. */
interface Place {
  length: number;
  candidates: readonly string[];
}

/** How much of a wrong delta is looked for elsewhere in the expected text, to say what went wrong. */
const SOUGHT_CHARS = 40;

/**
 * @param expected every text, reasoning and output of the chat
 * @param outputMarks how outputs of ours begin: other tools say what they like
 */
export function createReaderAudit(expected: readonly string[], outputMarks: readonly string[]): ReaderAudit {
  const violations: string[] = [];
  const places = new Map<string, Place>();
  let parts = 0;
  let resets = 0;
  const dropEpisode = (episode: string) => {
    for (const key of places.keys()) if (key.startsWith(`${episode} `)) places.delete(key);
  };
  return {
    violations,
    get parts() {
      return parts;
    },
    get resets() {
      return resets;
    },
    take(event) {
      if (event.type === "history_reset") places.clear();
      if (event.type === "messages") event.data.closes.forEach(dropEpisode);
      if (event.type === "preview_reset") {
        resets++;
        dropEpisode(event.data.episode);
      }
      if (event.type !== "message_part") return;
      parts++;
      const text = textOf(event.data);
      if (text === "") return;
      const key = `${event.data.episode} ${event.data.index}`;
      const place = places.get(key) ?? { length: 0, candidates: expected };
      places.set(key, place);
      const isForeign =
        place.length === 0 &&
        event.data.part.type === "tool-result" &&
        !outputMarks.some((mark) => mark.startsWith(text) || text.startsWith(mark));
      if (isForeign) place.candidates = [];
      if (place.candidates.length === 0) return;
      const fitting = place.candidates.filter((one) => one.startsWith(text, place.length));
      if (fitting.length === 0) violations.push(describe(place, text, event.data));
      place.length += text.length;
      place.candidates = fitting;
    },
  };
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
