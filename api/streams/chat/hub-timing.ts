// How often hubs look, each interval with its reason.
import { watchRenewMs } from "../../../core/chat/limits.ts";

export interface HubTiming {
  /** Hints may be lost: this often a running chat is read again and its writer told that somebody watches. */
  readonly statePollMs: number;
  /** The same for a chat at rest, of which there are many. */
  readonly idlePollMs: number;
  /** Without a live bus: between looks at state and checkpoint of a running chat. */
  readonly offlinePollMs: () => number;
  readonly offlineIdlePollMs: number;
  /** A running chat without live parts for this long has its checkpoint read; doubled each time, up to the maximum. */
  readonly silenceMs: number;
  readonly silenceMaxMs: number;
  /** First and longest wait between looks for parts that were missed. */
  readonly gapFirstMs: number;
  readonly gapMaxMs: number;
  /** The first snapshot waits this long for parts from the writer or the checkpoint. */
  readonly firstLookMaxMs: number;
  /** If the writer was asked for its parts and did not answer, the checkpoint it wrote as well is there after this time. */
  readonly secondLookMs: number;
  /** Reads that fail in a row before readers are sent away, and the wait between them. */
  readonly readFailuresMax: number;
  readonly readRetryMs: number;
}

/** All hubs of a replica share the looks at checkpoints: one look costs Temporal's dev server about two milliseconds. */
const offlineLookMs = 3;
const offlinePollMinMs = 25;
const offlinePollMaxMs = 1_000;

/** @param activeHubs how many hubs of this replica look at the same time */
export function defaultHubTiming(activeHubs: () => number): HubTiming {
  return {
    statePollMs: watchRenewMs,
    idlePollMs: 15_000,
    offlinePollMs: () => Math.min(Math.max(activeHubs() * offlineLookMs, offlinePollMinMs), offlinePollMaxMs),
    offlineIdlePollMs: 1_000,
    silenceMs: 4_000,
    silenceMaxMs: 30_000,
    gapFirstMs: 20,
    gapMaxMs: 1_000,
    firstLookMaxMs: 1_000,
    secondLookMs: 80,
    readFailuresMax: 3,
    readRetryMs: 500,
  };
}
