// Reads the web pages that a Chat Completions stream names as its sources.
import type { JsonObject } from "../../core/part/part.ts";
import { listOf, objectOf, textOf } from "../http/untrusted-json.ts";

export interface ChatSource {
  readonly url: string;
  readonly title: string;
}

/** Names each page once: Perplexity repeats its lists in every chunk. */
export class ChatSources {
  readonly #named = new Set<string>();

  /** Those that are new in this chunk: annotations of the deltas, and lists of the chunk. */
  read(event: JsonObject, deltas: readonly JsonObject[]): readonly ChatSource[] {
    const annotations = deltas.flatMap((delta) => listOf(delta["annotations"]));
    const found = [
      ...annotations.map((each) => sourceOf(objectOf(each)?.["url_citation"])),
      ...listOf(event["search_results"]).map(sourceOf),
      ...listOf(event["citations"]).map((each) => ({ url: textOf(each), title: "" })),
    ];
    return found.filter(({ url }) => {
      if (url === "" || this.#named.has(url)) return false;
      this.#named.add(url);
      return true;
    });
  }
}

function sourceOf(value: unknown): ChatSource {
  const fields = objectOf(value);
  return { url: textOf(fields?.["url"]), title: textOf(fields?.["title"]) };
}
