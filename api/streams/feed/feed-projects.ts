// What a replica knows of projects that were made or deleted lately, and what feeds tell of them, without I/O (SPEC C13).
import type { FeedProject } from "../../../store/stream/feed-chats.ts";
import { type FeedEvent, feedOverlapMs } from "./feed-model.ts";

/** More than a deployment has. The oldest are dropped, and readers with an older cursor start again. */
const projectsKeptMax = 1_000;

interface Known {
  readonly event: FeedEvent;
  readonly is_gone: boolean;
  readonly at_ms: number;
}

export class FeedProjects {
  readonly #known = new Map<string, Known>();
  /** All changes after this are known, as far as the watch has looked back. */
  #floorMs = 0;

  /** Null: it was known already. */
  learn({ gone, at_ms, project }: FeedProject): FeedEvent | null {
    const before = this.#known.get(project.id);
    if (before !== undefined && (before.is_gone || !gone)) return null;
    const event: FeedEvent = gone
      ? { kind: "project_deleted", data: JSON.stringify({ project_id: project.id }) }
      : { kind: "project_created", data: JSON.stringify({ project }) };
    this.#known.set(project.id, { event, is_gone: gone, at_ms });
    this.#forget();
    return event;
  }

  /** What changed since a cursor, oldest first; null when not all of it is known any more. */
  since(toldMs: number): FeedEvent[] | null {
    const fromMs = toldMs - feedOverlapMs;
    if (fromMs < this.#floorMs) return null;
    return [...this.#known.values()]
      .filter(({ at_ms }) => at_ms >= fromMs)
      .toSorted((a, b) => a.at_ms - b.at_ms)
      .map(({ event }) => event);
  }

  #forget(): void {
    if (this.#known.size <= projectsKeptMax) return;
    const oldest = [...this.#known].toSorted(([, a], [, b]) => a.at_ms - b.at_ms);
    for (const [id, { at_ms }] of oldest.slice(0, projectsKeptMax / 2)) {
      this.#known.delete(id);
      this.#floorMs = Math.max(this.#floorMs, at_ms + 1);
    }
  }
}
