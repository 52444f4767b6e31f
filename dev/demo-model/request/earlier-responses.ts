// Responses that a later request may continue by `previous_response_id`, with all that came before them.
import type { AnswerRecord } from "../answer-record.ts";
import { BoundedMap } from "../bounded-map.ts";
import { type JsonObject, textOf } from "../json.ts";
import { CallRefused, type ModelCall, type PromptTurn } from "./model-call.ts";

const responsesMax = 1_000;

export class EarlierResponses {
  readonly #turns = new BoundedMap<string, readonly PromptTurn[]>(responsesMax);

  /** What the request continues. Throws `CallRefused` when it names a response that is not known. */
  before(body: JsonObject): readonly PromptTurn[] {
    const id = textOf(body["previous_response_id"]);
    if (id === "") return [];
    const turns = this.#turns.get(id);
    if (turns !== undefined) return turns;
    throw new CallRefused(400, `Previous response with id '${id}' not found.`, "previous_response_not_found");
  }

  keep(id: string, call: ModelCall, record: AnswerRecord): void {
    if (call.dialect !== "openai-responses" || call.body["store"] === false) return;
    // Instructions are not carried over: each request brings its own.
    const turns = call.turns.filter((turn) => turn.role !== "system");
    const answer: PromptTurn = {
      role: "assistant",
      texts: record.items.flatMap((item) => (item.type === "text" ? [item.text] : [])),
      calls: record.items.flatMap((item) =>
        item.type === "call" ? [{ id: item.id ?? "", name: item.name }] : [],
      ),
      results: [],
    };
    this.#turns.set(id, [...turns, answer]);
  }
}
