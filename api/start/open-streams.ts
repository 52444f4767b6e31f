// Opens everything that streams at this replica: the watches, and the gate that lets requests become streams.
import type { Client } from "@temporalio/client";
import type { LiveBus } from "../../core/stream/bus-message.ts";
import type { Config } from "../../platform/config/config.ts";
import type { Logger } from "../../platform/logger.ts";
import { createSecretBox } from "../../platform/secrets/secret-box.ts";
import { readUsableShares } from "../../store/access/shares.ts";
import type { Pool } from "../../store/database.ts";
import type { ChatLinks } from "../../store/row/to-wire.ts";
import type { ReadRights } from "../http/access/read-rights.ts";
import { Hubs } from "../streams/chat/hubs.ts";
import { createCheckpointReader } from "../streams/episode/checkpoint-reader.ts";
import { type Feeds, openFeeds } from "../streams/feed/feed-watch.ts";
import { StreamGate } from "../streams/stream-gate.ts";
import { type BuildLogs, openBuildLogs } from "../streams/workspace/build-log-watch.ts";
import { openTerminals, type Terminals } from "../streams/workspace/open-terminals.ts";

export interface Streams {
  readonly hubs: Hubs;
  readonly feeds: Feeds;
  readonly buildLogs: BuildLogs;
  readonly terminals: Terminals;
  readonly gate: StreamGate;
  /** Sends all readers away, to come back elsewhere. */
  close(): void;
}

export interface OpenStreamsInput {
  readonly pool: Pool;
  readonly bus: LiveBus;
  readonly temporal: Client;
  readonly links: ChatLinks;
  readonly readRights: ReadRights;
  readonly logger: Logger;
}

export function openStreams(config: Config, input: OpenStreamsInput): Streams {
  const { pool, bus, temporal, links, logger } = input;
  const secrets = createSecretBox(config);
  const readEpisodes = createCheckpointReader({
    client: temporal,
    db: pool,
    // Opens every kind of checkpoint: workers may have other settings than this process.
    sealingOf: (chatId) => ({
      seal: (text) => secrets.seal(text, chatId),
      unseal: (text) => secrets.openAny(text, chatId),
    }),
  });
  const hubs = new Hubs({ db: pool, bus, readEpisodes, links, logger });
  const feeds = openFeeds({ db: pool, bus, links, logger });
  const buildLogs = openBuildLogs({ db: pool, logger });
  const terminals = openTerminals({ db: pool, bus, logger });
  const gate = new StreamGate({
    readRights: input.readRights,
    readUsableShares: (ids) => readUsableShares(pool, ids),
    perKeyMax: config.streamsPerKeyMax,
    perUserMax: config.streamsPerUserMax,
    perReplicaMax: config.streamsMax,
    logger,
  });
  const all = [gate, hubs, feeds, buildLogs, terminals];
  return { hubs, feeds, buildLogs, terminals, gate, close: () => all.forEach((each) => each.close()) };
}
