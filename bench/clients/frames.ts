// Recognises frames by their text, because parsing each one costs too much.

/** A frame that shows a reader new text. */
export function isPart(frame: string): boolean {
  return frame.includes("event: message_part\n");
}

/** Whose text a frame shows; null for others. It parses, so do not use it for thousands of frames. */
export function partIn(frame: string): { readonly episode: string; readonly text: string } | null {
  if (!isPart(frame)) return null;
  const data = frame.split("\n").find((line) => line.startsWith("data: ")) ?? "";
  const { episode, part } = JSON.parse(data.slice("data: ".length));
  return { episode, text: part.type === "text" ? part.text : "" };
}

/** New text, or the committed answer if it came before the reader. */
export function showsAnswer(frame: string): boolean {
  return isPart(frame) || (frame.includes("event: messages\n") && frame.includes('"role":"assistant"'));
}

/** The chat is at rest. */
export function isRest(frame: string): boolean {
  return frame.includes("event: status\n") && /"status":"(waiting|error)"/.test(frame);
}

/** The reader has received everything there was. */
export function isCaughtUp(frame: string): boolean {
  return frame.includes("event: caught_up\n");
}

/** A frame of the provider that brings text, in the Responses dialect. */
export function isProviderText(frame: string): boolean {
  return frame.startsWith("event: response.output_text.delta\n");
}

/** When the tokens of a frame were sent, in milliseconds since 1970. A frame of merged parts has several. */
export function stampsIn(frame: string): number[] {
  return Array.from(frame.matchAll(/@(\d{13}\.\d{3})/g), ([, stamp]) => Number(stamp));
}

/** The number of the last part in a frame; 0 for a frame without parts. */
export function seqIn(frame: string): number {
  return Number(/"from_seq":\d+,"seq":(\d+)/.exec(frame)?.[1] ?? 0);
}

/** The cursor in a frame, if there is one. */
export function cursorIn(frame: string): string | null {
  return /^id: (.+)$/m.exec(frame)?.[1] ?? null;
}
