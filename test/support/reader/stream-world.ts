// Tests: API replicas with hubs on a real database, and a worker that is its part stream and its commits. Only Temporal is
// missing: what it would hold of a running activity, its heartbeat details, is kept in a map.
import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import express, { type RequestHandler } from "express";
import { pino } from "pino";
import { createPartStream, type PartStream } from "../../../activities/stream/part-stream.ts";
import { readCheckpoint } from "../../../activities/stream/read-checkpoint.ts";
import { createWatchLeases, type WatchLeases } from "../../../activities/stream/watch-lease.ts";
import type { HubTiming } from "../../../api/streams/chat/hub-timing.ts";
import { Hubs } from "../../../api/streams/chat/hubs.ts";
import { createStreamChat, type StreamChat } from "../../../api/streams/chat/stream-chat.ts";
import { joinEpisodes, type ReadEpisodes } from "../../../api/streams/episode/checkpoint-reader.ts";
import { OpenStream } from "../../../api/streams/open-stream.ts";
import { resumeFrom } from "../../../api/streams/serve-stream.ts";
import { applyDelta, type DraftPart, finishDraft } from "../../../core/chat/draft-content.ts";
import { checkpointBytesMax } from "../../../core/chat/limits.ts";
import type { Message } from "../../../core/chat/message.ts";
import { decodeCheckpoint } from "../../../core/part/checkpoint.ts";
import { episodeName, type PartDelta, type StreamPart } from "../../../core/part/stream-part.ts";
import type { BusMessage, LiveBus } from "../../../core/stream/bus-message.ts";
import { shownContent } from "../../../core/stream/chat-reducer.ts";
import type { Queryable } from "../../../store/database.ts";
import { insertSpill, readSpill } from "../../../store/row/inflight-parts.ts";
import { toMessage } from "../../../store/row/to-wire.ts";
import { createOffBus, createPostgresBus } from "../../../store/stream/live-bus.ts";
import { soon } from "../soon.ts";
import { openStore, type TestChat, type TestStore } from "../turn/chats.ts";
import type { StreamClient } from "./stream-client.ts";

const logger = pino({ level: "silent" });
const links = { temporal: () => null };

const realClock = {
  now: () => performance.now(),
  setTimeout: (run: () => void, ms: number) => setTimeout(run, ms).unref(),
  clearTimeout: (timer: unknown) => clearTimeout(timer as number),
};

export interface Replica {
  readonly url: string;
  readonly hubs: Hubs;
  stop(): Promise<void>;
}

export interface ReplicaChange {
  readonly db?: Queryable;
  readonly timing?: Partial<HubTiming>;
  /** Looks at checkpoints fail. */
  readonly temporalAway?: boolean;
}

export interface StreamWorld {
  readonly store: TestStore;
  /** The bus that workers and the API's own requests publish on. */
  readonly bus: LiveBus;
  /** Of the world's workers; another one's are new. */
  leases: WatchLeases;
  newLeases(): WatchLeases;
  /** Time goes on for the leases alone. */
  passLeaseTime(ms: number): void;
  /** Decides which published messages are lost on the way, those of workers and of replicas. */
  lose: (message: BusMessage) => boolean;
  replica(change?: ReplicaChange): Promise<Replica>;
  worker(chat: TestChat): Promise<SimWorker>;
  /** Heartbeat details by chat and activity. */
  readonly heartbeats: Map<string, Map<string, unknown>>;
  /** Called at the end, in order. */
  readonly closers: (() => Promise<void> | void)[];
  /** The history as a stream shows it. */
  shown(chat: TestChat): Promise<Message[]>;
  close(): Promise<void>;
}

export async function openStreamWorld(databaseUrl: string, busOn: boolean): Promise<StreamWorld> {
  const closers: (() => Promise<void> | void)[] = [];
  const openBus = async (): Promise<LiveBus> => {
    if (!busOn) return createOffBus();
    const bus = createPostgresBus({ databaseUrl, logger });
    closers.push(() => bus.close());
    await bus.ready;
    return bus;
  };
  const sender = await openBus();
  const opened = await openStore(databaseUrl);
  closers.push(() => opened.pool.end());
  const heartbeats = new Map<string, Map<string, unknown>>();
  const world: StreamWorld = {
    store: { ...opened, announce: (change) => bus.publish(change) },
    get bus() {
      return bus;
    },
    newLeases: () => createWatchLeases({ bus, clock: leaseClock }),
    passLeaseTime(ms) {
      passed += ms;
    },
    get leases() {
      leases ??= world.newLeases();
      return leases;
    },
    set leases(others) {
      leases = others;
    },
    lose: () => false,
    heartbeats,
    closers,
    async replica({ db = opened.pool, timing = {}, temporalAway = false } = {}) {
      const hubBus = lossy(await openBus(), (message) => world.lose(message));
      const hubs = new Hubs({
        db,
        bus: hubBus,
        readEpisodes: temporalAway ? () => Promise.reject(new Error("away")) : readEpisodesOf(world, db),
        links,
        logger,
        timing,
      });
      const streamChat = createStreamChat({ store: opened, hubs, bus: hubBus, logger });
      const app = express().get("/v1/chats/:chat/stream", streamRoute(streamChat));
      const server = app.listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const stop = async () => {
        hubs.close();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      };
      closers.unshift(stop);
      return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hubs, stop };
    },
    worker: (chat) => SimWorker.begin(world, chat),
    async shown(chat) {
      const rows = await chat.history();
      return rows.filter((row) => row.visibility !== "model").map(toMessage);
    },
    async close() {
      for (const close of closers) await close();
    },
  };
  const bus = lossy(sender, (message) => world.lose(message));
  let leases: WatchLeases | null = null;
  let passed = 0;
  const leaseClock = { ...realClock, now: () => realClock.now() + passed };
  return world;
}

/** The route of the API without its checks. */
function streamRoute(streamChat: StreamChat): RequestHandler {
  return (request, response, next) => {
    const { after, messages, read } = request.query;
    const asked = {
      chat_id: String(request.params["chat"]),
      cursor: resumeFrom(request, typeof after === "string" ? after : undefined),
      messages: messages === undefined ? undefined : Number(messages),
      marks_read: read !== "false",
    };
    // oxlint-disable-next-line promise/no-callback-in-promise
    streamChat(new OpenStream({ request, response }), asked).catch(next);
  };
}

function lossy(real: LiveBus, lose: (message: BusMessage) => boolean): LiveBus {
  return {
    ...real,
    get up() {
      return real.up;
    },
    publish(message) {
      if (!lose(message)) real.publish(message);
    },
  };
}

function readEpisodesOf(world: StreamWorld, db: Queryable): ReadEpisodes {
  return async (chatId, lastSeqOf) => {
    const details = [...(world.heartbeats.get(chatId)?.values() ?? [])];
    const checkpoints = details.flatMap((beat) => decodeCheckpoint(beat, null) ?? []);
    return joinEpisodes(db, chatId, { checkpoints, lastSeqOf });
  };
}

type Fence = Awaited<ReturnType<TestChat["attempt"]>>["fence"];

/** One attempt at an answer. */
export class SimWorker {
  readonly fence: Fence;
  readonly parts: PartStream;
  readonly #world: StreamWorld;
  readonly #chat: TestChat;

  constructor(world: StreamWorld, chat: TestChat, fence: Fence) {
    this.#world = world;
    this.#chat = chat;
    this.fence = fence;
    this.parts = this.open(episodeName(fence.history_version, fence.generation_attempt), "assistant");
  }

  /** Begins an attempt; what a lost one has left is said again first, as the activity does. */
  static async begin(world: StreamWorld, chat: TestChat): Promise<SimWorker> {
    const held = world.heartbeats.get(chat.id)?.get("");
    const { fence } = await chat.attempt();
    const left = await readCheckpoint(held, {
      sealing: null,
      readSpill: (episode) => readSpill(world.store.pool, chat.id, { episode, after_seq: 0 }),
    });
    const worker = new SimWorker(world, chat, fence);
    for (const part of left?.parts ?? []) worker.parts.push(part.index, part.part);
    return worker;
  }

  /** Opens a part stream; of a tool, when its id is given as the activity. */
  open(episode: string, role: "assistant" | "tool", activity = ""): PartStream {
    const { heartbeats, bus, store } = this.#world;
    const chatId = this.#chat.id;
    const beats = heartbeats.get(chatId) ?? new Map<string, unknown>();
    heartbeats.set(chatId, beats);
    const stream = createPartStream({
      chatId,
      episode,
      role,
      bus,
      heartbeat: (details) => void beats.set(activity, JSON.parse(JSON.stringify(details))),
      spill: (row) => insertSpill(store.pool, chatId, row),
      failpoint: () => undefined,
      sealing: null,
      leases: this.#world.leases,
      checkpointMs: 100,
      unwatchedCheckpointMs: 2_500,
      heartbeatTimeoutMs: 5_000,
      bytesMax: checkpointBytesMax,
      clock: realClock,
      ...(beats.has(activity) && { heldDetails: beats.get(activity) }),
    });
    this.#world.closers.unshift(() => stream.close());
    return stream;
  }

  say(text: string, index = 0): void {
    this.push(index, { type: "text", text });
  }

  push(index: number, delta: PartDelta): void {
    this.parts.push(index, delta);
  }

  get text(): string {
    return textOf(this.parts.parts());
  }

  /** Commits all that was said, closing its episode, and ends the activity. */
  async commit(): Promise<void> {
    const draft = new Map<number, DraftPart>();
    for (const part of this.parts.parts()) applyDelta(draft, part.index, part.part);
    const content = finishDraft(draft, { at: new Date().toISOString() });
    const calls = content.some((part) => part.type === "tool-call");
    const finish_reason = calls ? ("tool_calls" as const) : ("stop" as const);
    await this.#chat.commit(this.fence, content, { closes: [this.parts.episode], finish_reason });
    this.leave();
  }

  /** The worker dies: its heartbeat stays for the next attempt. */
  die(): void {
    this.parts.close();
  }

  /** The activity ends: Temporal forgets its heartbeat. */
  leave(): void {
    this.parts.close();
    this.#world.heartbeats.get(this.#chat.id)?.delete("");
  }
}

function textOf(parts: readonly StreamPart[]): string {
  return parts.map(({ part }) => (part.type === "text" ? part.text : "")).join("");
}

/** The reader shows exactly what the store holds, and the stream broke no promise on the way there. */
export async function assertEqualsStore(
  world: StreamWorld,
  reader: StreamClient,
  chat: TestChat,
): Promise<void> {
  const { snapshot_version, status, history_version } = await chat.row();
  const shown = await world.shown(chat);
  await reader.until(
    `version ${snapshot_version}`,
    (view) =>
      view.caught_up &&
      view.history_version === history_version &&
      view.status === status &&
      view.messages.length === shown.length &&
      shownContent(view).length === shown.length,
  );
  assert.deepEqual(reader.view.messages, shown);
  assert.deepEqual(reader.violations, []);
}

/** Looks until it holds. Rejects after a minute. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  await soon("what the test waits for", holds);
}
