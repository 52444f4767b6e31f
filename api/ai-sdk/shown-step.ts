// One step of a turn, as its client shows it. Chunks that only add bring it to the wanted state. If they cannot, because
// another attempt has begun, the step is withdrawn and shown again.
import { applyDelta, type DraftPart } from "../../core/chat/draft-content.ts";
import type { PartDelta } from "../../core/part/stream-part.ts";
import type { SdkVersion, UiChunk } from "./chunk.ts";
import {
  beginPart,
  closePart,
  compareParts,
  growPart,
  type ShownPart,
  type WantedPart,
  wantedOf,
} from "./ui-part.ts";

export class ShownStep {
  readonly #version: SdkVersion;
  readonly #newId: () => string;
  /** In the order in which the client received and shows them. */
  #shown: ShownPart[] = [];
  /** The attempt being written, by place. */
  #draft = new Map<number, DraftPart>();
  #byPlace = new Map<number, ShownPart>();
  /** Another attempt is under way, and has not yet repeated what the client shows of the one before. */
  #held = false;
  /** The message of this step is committed. */
  committed = false;

  constructor(version: SdkVersion, newId: () => string) {
    this.#version = version;
    this.#newId = newId;
  }

  /** Another attempt begins the step again. @param again the same attempt begins again at its first part */
  restart(again: boolean): UiChunk[] {
    this.#draft = new Map();
    this.#byPlace.clear();
    if (this.#shown.length === 0) return [];
    // Only version 7 can drop parts. The others wait, since the new attempt may repeat what they show.
    if (this.#version === 7 && !again) return this.#beginAnew();
    this.#held = true;
    return [];
  }

  /** Takes the next part of the attempt. */
  take(index: number, delta: PartDelta): UiChunk[] {
    applyDelta(this.#draft, index, delta);
    if (this.#held) return this.#catchUp();
    return this.#showPlace(index);
  }

  /** Shows the committed message of the step, whatever was shown before. */
  commit(wanted: readonly WantedPart[]): UiChunk[] {
    this.committed = true;
    this.#held = false;
    return this.#lead(wanted) ?? [...this.#beginAnew(), ...(this.#lead(wanted) as UiChunk[])];
  }

  /** The step ends without a message, because nothing of it was kept. */
  drop(): UiChunk[] {
    return this.#shown.length === 0 ? [] : this.#withdraw();
  }

  #showPlace(index: number): UiChunk[] {
    const part = this.#draft.get(index);
    const wanted = part === undefined ? null : wantedOf(part);
    if (wanted === null) return [];
    const shown = this.#byPlace.get(index);
    if (shown !== undefined) return growPart(shown, wanted);
    const thought = this.#endThought();
    const begun = beginPart(wanted, this.#newId());
    this.#shown.push(begun.shown);
    this.#byPlace.set(index, begun.shown);
    return [...thought, ...begun.chunks];
  }

  /** Reasoning ends when something else begins: then clients collapse it. */
  #endThought(): UiChunk[] {
    const last = this.#shown.at(-1);
    return last?.wanted.type === "reasoning" ? closePart(last) : [];
  }

  /** Compares the new attempt with what is shown: it may be shorter so far, continue it, or differ. */
  #catchUp(): UiChunk[] {
    const places = [...this.#draft.keys()].sort((a, b) => a - b);
    const entries = places.flatMap((place) => {
      const wanted = wantedOf(this.#draft.get(place) as DraftPart);
      return wanted === null ? [] : [{ place, wanted }];
    });
    const last = entries.length - 1;
    for (const [i, { wanted }] of entries.entries()) {
      const shown = this.#shown[i];
      if (shown === undefined) break;
      const how = compareParts(shown.wanted, wanted);
      if (how === "ahead" && i === last) return [];
      if (how !== "grows" || isShutBefore(shown, wanted)) return this.#showAnew();
    }
    if (entries.length < this.#shown.length) return [];
    this.#held = false;
    entries.forEach(({ place }, i) => {
      const shown = this.#shown[i];
      if (shown !== undefined) this.#byPlace.set(place, shown);
    });
    return entries.flatMap(({ place }) => this.#showPlace(place));
  }

  #showAnew(): UiChunk[] {
    this.#held = false;
    const withdrawn = this.#beginAnew();
    const places = [...this.#draft.keys()].sort((a, b) => a - b);
    return [...withdrawn, ...places.flatMap((place) => this.#showPlace(place))];
  }

  /** Chunks that turn what is shown into what is wanted, and end it; null if only withdrawing it can do that. */
  #lead(wanted: readonly WantedPart[]): UiChunk[] | null {
    if (wanted.length < this.#shown.length) return null;
    const fits = this.#shown.every((shown, i) => {
      const part = wanted[i] as WantedPart;
      return compareParts(shown.wanted, part) === "grows" && !isShutBefore(shown, part);
    });
    if (!fits) return null;
    return wanted.flatMap((part, i) => {
      const shown = this.#shown[i];
      if (shown !== undefined) return [...growPart(shown, part), ...closePart(shown)];
      const begun = beginPart(part, this.#newId());
      this.#shown.push(begun.shown);
      return [...begun.chunks, ...closePart(begun.shown)];
    });
  }

  /** Withdraws what is shown. In versions 5 and 6 it stays in a step of its own, since a call may come again with its id. */
  #beginAnew(): UiChunk[] {
    const withdrawn = this.#withdraw();
    return this.#version === 7 ? withdrawn : [...withdrawn, { type: "finish-step" }, { type: "start-step" }];
  }

  #withdraw(): UiChunk[] {
    const parts = this.#shown;
    this.#shown = [];
    this.#byPlace.clear();
    if (this.#version === 7) return [{ type: "reset-step" }];
    const closing = parts.flatMap((part) => withdrawPart(part));
    return [...closing, { type: "data-everturn-reset", id: this.#newId(), data: {} }];
  }
}

/** Whether a part is closed but should grow: a client takes nothing more for it. */
function isShutBefore(shown: ShownPart, wanted: WantedPart): boolean {
  if (shown.open || (wanted.type !== "text" && wanted.type !== "reasoning")) return false;
  return "text" in shown.wanted && shown.wanted.text !== wanted.text;
}

/** These clients cannot drop parts, but the parts are ended, so that no text seems to be written and no call to run. */
function withdrawPart(part: ShownPart): UiChunk[] {
  const { wanted } = part;
  if (wanted.type !== "tool-call") return closePart(part);
  const errorText = "The call was withdrawn: the answer was begun anew.";
  return [{ type: "tool-output-error", toolCallId: wanted.tool_call_id, errorText }];
}
