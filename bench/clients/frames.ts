// Benchmarks measure what a user sees. This file: what is looked for in frames; by text, for parsing each costs too much.

/** A frame that shows new text to a reader of ours. */
export function isPart(frame: string): boolean {
  return frame.includes("event: message_part\n");
}

/** Whose text a frame shows; null for others. Parses: not for what is measured by the thousand. */
export function partIn(frame: string): { readonly episode: string; readonly text: string } | null {
  if (!isPart(frame)) return null;
  const data = frame.split("\n").find((line) => line.startsWith("data: ")) ?? "";
  const { episode, part } = JSON.parse(data.slice("data: ".length));
  return { episode, text: part.type === "text" ? part.text : "" };
}

/** New text, or the committed answer when it was there before the reader. */
export function showsAnswer(frame: string): boolean {
  return isPart(frame) || (frame.includes("event: messages\n") && frame.includes('"role":"assistant"'));
}

/** The chat has come to rest. */
export function isRest(frame: string): boolean {
  return frame.includes("event: status\n") && /"status":"(waiting|error)"/.test(frame);
}

/** The reader has been told all there was. */
export function isCaughtUp(frame: string): boolean {
  return frame.includes("event: caught_up\n");
}

/** A frame of the provider that brings text, in the Responses dialect. */
export function isProviderText(frame: string): boolean {
  return frame.startsWith("event: response.output_text.delta\n");
}

/** When the tokens of a frame were sent: milliseconds since 1970. A frame of several merged parts has several. */
export function stampsIn(frame: string): number[] {
  return Array.from(frame.matchAll(/@(\d{13}\.\d{3})/g), ([, stamp]) => Number(stamp));
}

/** The number of the last part in a frame; 0 in one without parts. */
export function seqIn(frame: string): number {
  return Number(/"from_seq":\d+,"seq":(\d+)/.exec(frame)?.[1] ?? 0);
}

/** The cursor that a frame brings, if it brings one. */
export function cursorIn(frame: string): string | null {
  return /^id: (.+)$/m.exec(frame)?.[1] ?? null;
}
