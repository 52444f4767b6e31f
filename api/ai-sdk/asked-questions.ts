// What servers of tools ask people, as AI SDK clients get it: a transient part for each call, which the next one for it replaces. Their
// protocol has no answers: these go to the REST API.
import type { RequiredToolCall } from "../../core/chat/message.ts";
import type { AskedQuestion, UiChunk } from "./chunk.ts";

export class AskedQuestions {
  /** What was told last, by call. */
  readonly #told = new Map<string, AskedQuestion>();

  /** @param calls all that the turn waits for; empty: it goes on */
  show(calls: readonly RequiredToolCall[]): UiChunk[] {
    const asked = calls.flatMap(askedOf);
    const open = new Set(asked.map(({ tool_call_id }) => tool_call_id));
    const over = [...this.#told.values()].filter(({ tool_call_id }) => !open.has(tool_call_id));
    return [...asked, ...over.map((one) => ({ ...one, questions: [] }))].flatMap((one) => this.#tell(one));
  }

  #tell(asked: AskedQuestion): UiChunk[] {
    const { tool_call_id } = asked;
    if (JSON.stringify(this.#told.get(tool_call_id)) === JSON.stringify(asked)) return [];
    this.#told.set(tool_call_id, asked);
    return [{ type: "data-question", data: asked, transient: true }];
  }
}

function askedOf({
  kind,
  tool_call_id,
  tool_name,
  asked_by,
  deadline_at,
  questions,
}: RequiredToolCall): AskedQuestion[] {
  if (kind !== "question" || asked_by === undefined || questions === undefined) return [];
  return [{ tool_call_id, tool_name, asked_by, deadline_at: deadline_at ?? null, questions }];
}
