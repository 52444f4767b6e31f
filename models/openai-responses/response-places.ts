// Decides which item of a streamed response an event belongs to. Gateways leave out indexes and ids, or change them on
// the way.
import type { JsonObject } from "../../core/part/part.ts";
import { textOf } from "../http/untrusted-json.ts";

/** What a piece says about its item. */
export interface PieceAddress {
  readonly place: string | null;
  readonly item_id: string;
}

/** What the pieces of these events belong to. */
const ITEM_OF_PIECE: readonly (readonly [RegExp, string])[] = [
  [/^response\.(?:output_text|refusal)/, "message"],
  [/^response\.reasoning/, "reasoning"],
  [/^response\.function_call/, "function_call"],
];

/** The places of one response's items: a name each, by index if the server sends one. */
export class ItemPlaces {
  readonly #byId = new Map<string, string>();
  /** Oldest first. */
  readonly #open = new Map<string, string>();
  /** The server's index, and the place that it stands for. */
  readonly #known = new Map<string, string>();
  /** Places of pieces without an item, by the type of their item. */
  readonly #loose = new Map<string, string>();

  /** Whether pieces came whose item is still to come. */
  get hasLoose(): boolean {
    return this.#loose.size > 0;
  }

  /** The place of an item that is announced, or complete (`isDone`). @param index the server's number */
  ofItem(item: JsonObject, index: string | null, isDone: boolean): string {
    const [id, type] = [textOf(item["id"]), textOf(item["type"])];
    const known = (index === null ? undefined : this.#known.get(index)) ?? this.#byId.get(id);
    const open = isDone && index === null ? this.#newestOpen(type) : undefined;
    const place = known ?? this.#takeLoose(type) ?? open ?? index ?? id;
    if (index !== null) this.#known.set(index, place);
    if (id !== "") this.#byId.set(id, place);
    if (known === undefined) this.#open.set(place, type);
    return place;
  }

  /** The place of the item that a piece belongs to. */
  ofPiece(event: string, { place, item_id }: PieceAddress): string {
    const known = (place === null ? undefined : this.#known.get(place)) ?? this.#byId.get(item_id);
    if (known !== undefined) return known;
    const type = ITEM_OF_PIECE.find(([pattern]) => pattern.test(event))?.[1];
    // Reasoning need not be announced, and arrives with the place that its item will have.
    if (place !== null) return place;
    if (type === undefined) return item_id;
    const open = this.#newestOpen(type);
    if (open !== undefined) return open;
    const loose = this.#loose.get(type) ?? `loose ${type}`;
    this.#loose.set(type, loose);
    return loose;
  }

  done(place: string): void {
    this.#open.delete(place);
  }

  /** The item of pieces that came before it, or that never name it. */
  #takeLoose(type: string): string | undefined {
    const loose = this.#loose.get(type);
    this.#loose.delete(type);
    return loose;
  }

  #newestOpen(type: string): string | undefined {
    return [...this.#open].findLast(([, each]) => each === type)?.[0];
  }
}
