// Removes the started text from an answer if the server repeats it. Most do not. llama.cpp did until its pull request
// 23089, and it and vLLM do if `echo` is set.
import type { ModelEvent } from "../provider.ts";

/** Shorter text may well be followed by the same text: "1" by "11". */
const echoCharsMin = 8;

type TextEvent = Extract<ModelEvent, { type: "part" }> & { readonly delta: { readonly type: "text" } };

/** The events without a repetition of `begun`. Text is held back only while it might be one: in most answers never. */
export async function* withoutEcho(
  events: AsyncIterable<ModelEvent>,
  begun: string,
): AsyncGenerator<ModelEvent> {
  let held: TextEvent[] | null = begun.length < echoCharsMin ? null : [];
  for await (const event of events) {
    if (held === null || event.type === "usage" || event.type === "response") {
      yield event;
      continue;
    }
    if (isText(event)) {
      held.push(event);
      const text = textOf(held);
      if (text.length < begun.length && begun.startsWith(text)) continue;
      yield* rest(held, begun);
    } else {
      yield* rest(held, begun);
      yield event;
    }
    held = null;
  }
  yield* rest(held ?? [], begun);
}

function isText(event: ModelEvent): event is TextEvent {
  return event.type === "part" && event.delta.type === "text";
}

function textOf(held: readonly TextEvent[]): string {
  return held.map(({ delta }) => delta.text).join("");
}

/** What was held back, without `begun` if it contains all of it. */
function* rest(held: readonly TextEvent[], begun: string): Iterable<ModelEvent> {
  const last = held.at(-1);
  const text = textOf(held);
  if (last === undefined || !text.startsWith(begun)) {
    yield* held;
    return;
  }
  const added = text.slice(begun.length);
  if (added !== "" || last.delta.provider_data !== undefined)
    yield { ...last, delta: { ...last.delta, text: added } };
}
