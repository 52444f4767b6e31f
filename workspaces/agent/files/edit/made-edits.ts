// Remembers which edits were made, so that the words about one that does not fit can tell whether it was made before.
import { createHash } from "node:crypto";
import type { FileEdits } from "../../api.ts";

type Edit = FileEdits["edits"][number];

/** A long turn makes hundreds. Forgotten by a new agent: then nothing is said. */
const rememberedMax = 10_000;

export class MadeEdits {
  readonly #made = new Set<string>();

  /** @param path relative to the root */
  add(path: string, edits: readonly Edit[]): void {
    for (const edit of edits) this.#made.add(digestOf(path, edit));
    for (const oldest of this.#made) {
      if (this.#made.size <= rememberedMax) return;
      this.#made.delete(oldest);
    }
  }

  has(path: string, edit: Edit): boolean {
    return this.#made.has(digestOf(path, edit));
  }
}

function digestOf(path: string, { search, replace }: Edit): string {
  return createHash("sha256")
    .update(JSON.stringify([path, search, replace]))
    .digest("base64");
}
