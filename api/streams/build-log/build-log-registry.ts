// The API speaks HTTP and the store; this file: the build logs that are followed at this replica, one watch for all readers
// of a build.
import { Refusal } from "../../../core/chat/refusal.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Queryable } from "../../../store/database.ts";
import { readBuild, readBuildLog } from "../../../store/workspace/workspace-builds.ts";
import type { Leaving } from "../open-stream.ts";
import { BuildLogWatch } from "./build-log-watch.ts";

/** A line is seen within this time; a build runs for seconds at least, and a watch costs two cheap reads each time. */
const pollDefaultMs = 250;

export interface BuildLogRegistryInput {
  readonly db: Queryable;
  readonly logger: Pick<Logger, "warn">;
  /** Set by tests. */
  readonly pollMs?: number;
}

interface Kept {
  readonly watch: BuildLogWatch;
  holders: number;
}

export class BuildLogRegistry {
  readonly #input: BuildLogRegistryInput;
  readonly #kept = new Map<string, Kept>();
  #closed = false;

  constructor(input: BuildLogRegistryInput) {
    this.#input = input;
  }

  /** The watch of a build, kept until its reader has left. Throws `Refusal` `draining` once closed. */
  hold(of: { readonly workspace_id: string; readonly build_id: string }, reader: Leaving): BuildLogWatch {
    if (this.#closed) throw new Refusal("draining");
    const found = this.#kept.get(of.build_id);
    const kept = found === undefined || found.watch.closed ? this.#open(of) : found;
    kept.holders += 1;
    reader.onLeft(() => {
      kept.holders -= 1;
      if (kept.holders > 0) return;
      kept.watch.close();
      if (this.#kept.get(of.build_id) === kept) this.#kept.delete(of.build_id);
    });
    return kept.watch;
  }

  /** Builds that are followed; for metrics and tests. */
  get size(): number {
    return this.#kept.size;
  }

  /** Sends all readers away, to come back elsewhere; none is taken from now on. */
  close(): void {
    this.#closed = true;
    for (const { watch } of this.#kept.values()) watch.close();
  }

  #open({ workspace_id, build_id }: { workspace_id: string; build_id: string }): Kept {
    const { db, logger, pollMs = pollDefaultMs } = this.#input;
    const watch = new BuildLogWatch({
      source: {
        readBuild: () => readBuild(db, workspace_id, build_id),
        readLines: (after_seq, limit) => readBuildLog(db, build_id, { after_seq, limit }),
      },
      pollMs,
      onFailed: (error) => logger.warn({ err: error, build_id }, "a build's log could not be read"),
    });
    const kept = { watch, holders: 0 };
    this.#kept.set(build_id, kept);
    return kept;
  }
}
