// The worker is a composition root. This file: part streams on Temporal's heartbeats, with text sealed where asked for.
import { Context } from "@temporalio/activity";
import type { OpenPartStream, ReadLostParts } from "../activities/open-part-stream.ts";
import { createPartStream, readCheckpoint } from "../activities/part-stream.ts";
import type { LiveBus } from "../core/bus-message.ts";
import type { Sealing } from "../core/checkpoint.ts";
import { checkpointBytesMax } from "../core/limits.ts";
import type { Config } from "../platform/config.ts";
import { seal, unseal } from "../platform/crypto.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import type { Logger } from "../platform/logger.ts";
import { insertSpill, readSpill } from "../store/inflight-parts.ts";
import type { Store } from "../store/store.ts";

export interface PartStreamDeps {
  readonly config: Config;
  readonly store: Store;
  readonly bus: LiveBus;
  readonly failpoint: Failpoint;
  readonly logger: Logger;
}

/** Bound to the chat, so that a checkpoint cannot be passed off as another chat's. Null: text stays readable. */
export function sealingOf(config: Pick<Config, "temporalDetail" | "secretKey">, chatId: string): Sealing | null {
  const { secretKey } = config;
  if (config.temporalDetail === "full" || secretKey === undefined) return null;
  return { seal: (text) => seal(text, secretKey, chatId), unseal: (text) => unseal(text, secretKey, chatId) };
}
