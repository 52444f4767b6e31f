// The output of running tools, as preliminary outputs. Each one replaces the one before, so it holds only the end of the
// output.
import type { PartDelta } from "../../core/part/stream-part.ts";
import type { SdkVersion, UiChunk } from "./chunk.ts";

/** As much of a running tool's output as fits a screen, since all of it is sent again with each piece. */
const outputCharsMax = 4_096;

interface Output {
  readonly episode: string;
  text: string;
  last_seq: number;
}

export interface ToolPiece {
  readonly slot: string;
  readonly episode: string;
  readonly from_seq: number;
  readonly seq: number;
  readonly part: PartDelta;
}

export class RunningTools {
  readonly #version: SdkVersion;
  /** Calls that the client knows and that have no result yet. */
  readonly #open = new Set<string>();
  readonly #outputs = new Map<string, Output>();

  constructor(version: SdkVersion) {
    this.#version = version;
  }

  begin(toolCallId: string): void {
    this.#open.add(toolCallId);
  }

  /** Whether the call was open, so that its result is new. */
  end(toolCallId: string): boolean {
    this.#outputs.delete(toolCallId);
    return this.#open.delete(toolCallId);
  }

  /** The output begins again. What is shown stays until there is new output. */
  restart(slot: string, episode: string): UiChunk[] {
    this.#outputs.set(slot, { episode, text: "", last_seq: 0 });
    return [];
  }

  take({ slot, episode, from_seq, seq, part }: ToolPiece): UiChunk[] {
    const output = this.#outputs.get(slot);
    if (output?.episode !== episode || from_seq <= output.last_seq || !this.#open.has(slot)) return [];
    if (part.type !== "tool-result") return [];
    output.last_seq = seq;
    output.text = tail(output.text + part.result_delta);
    if (this.#version === 5) {
      const data = { toolCallId: slot, output: output.text };
      return [{ type: "data-tool-output", data, transient: true }];
    }
    const shown = { output: output.text, running: true };
    return [{ type: "tool-output-available", toolCallId: slot, output: shown, preliminary: true }];
  }
}

/** The end of a text; it does not begin in the middle of a character. */
function tail(text: string): string {
  if (text.length <= outputCharsMax) return text;
  const end = text.slice(-outputCharsMax);
  const first = end.charCodeAt(0);
  return first >= 0xdc00 && first <= 0xdfff ? end.slice(1) : end;
}
