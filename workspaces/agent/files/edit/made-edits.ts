// Remembers which edits were made, so that the error of a repeated edit can say so.
import { createHash } from "node:crypto";
import type { FileEdits } from "../../api.ts";

type Edit = FileEdits["edits"][number];

/** A long turn makes hundreds of edits. A new agent knows none, and then nothing is said about them. */
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
