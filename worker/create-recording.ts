// Builds the recording of model calls as debug runs.
import { createDebugQueue } from "../activities/debug/debug-queue.ts";
import { createDebugRecorder, type DebugRecorder } from "../activities/debug/debug-recorder.ts";
import { isOutage } from "../platform/classify-failure.ts";
import type { Config } from "../platform/config/config.ts";
import type { Logger } from "../platform/logger.ts";
import type { Pool } from "../store/database.ts";
import { writeDebugCalls } from "../store/debug/write-debug-calls.ts";

export interface Recording {
  readonly recorder: DebugRecorder;
  /** Writes what is left. Call it before the pool ends. */
  close(): Promise<void>;
}

export function createRecording(
  config: Pick<Config, "debugRuns">,
  { pool, logger }: { readonly pool: Pool; readonly logger: Logger },
): Recording {
  const queue = createDebugQueue({
    write: (records) => writeDebugCalls(pool, records),
    isUnavailable: isOutage,
    logger,
  });
  return { recorder: createDebugRecorder(config.debugRuns, queue), close: () => queue.close() };
}
