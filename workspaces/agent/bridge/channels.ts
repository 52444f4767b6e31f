// Many connections over one pair of byte streams: each is a channel, with a window of its own, so that one that nobody reads
// holds up no other, and what is buffered is bounded. Both ends run this code.
//
// A frame is a kind (1 byte), the channel (4 bytes), the length of what follows (4 bytes), and that; numbers are big-endian.
import { Duplex, type Writable } from "node:stream";

/** `code` follows `close`: the error of the system that ended the connection, or nothing. */
const kinds = { open: 1, data: 2, end: 3, close: 4, credit: 5, ping: 6, pong: 7 } as const;
type Kind = keyof typeof kinds;
const kindNames = Object.keys(kinds) as Kind[];

const headBytes = 9;
/** A larger write is sent in pieces, between which other channels have their turn. */
const pieceBytesMax = 64 * 1024;
/** What one end sends before the other has read any of it. */
export const windowBytes = 256 * 1024;
/** How many each end may open. Package managers open some dozens at once, and tools ask in bursts of a few. */
export const channelsMax = 256;
/**
 * Frames that may wait to be written. A channel has one piece of data on its way, so that only a peer that makes us answer
 * and reads nothing gets this far. A waiting frame takes about 1 KB.
 */
export const unsentFramesMax = 10_000;
/** What opening a channel costs, counted in other frames. */
const openCost = 20;

export interface ChannelsInput {
  readonly output: Writable;
  /** The two ends count in odd and in even numbers, so that both can open channels. */
  readonly side: "worker" | "bridge";
  /** A channel that the other end opened; when absent, it must not open any. Those beyond `channelsMax` are refused. */
  readonly onOpen?: (channel: Channel) => void;
  /** Called when the first channel begins to keep the process alive, and when none does any more. */
  readonly onHeld?: (isHeld: boolean) => void;
  /** `isWayOut`: the bridge is the workspace's way to the internet. Bridges of older versions do not tell, and count as such. */
  readonly onPong?: (isWayOut: boolean) => void;
  /** Asked for each answer to a ping. */
  readonly isWayOut?: () => boolean;
}

/** Give it what arrives by `receive`; it throws what is wrong with it, and is then to be destroyed. */
export class Channels {
  readonly #input: ChannelsInput;
  readonly #channels = new Map<number, Channel>();
  readonly #held = new Set<Channel>();
  /** Opened by the other end, which must not take the room of those that this end opens. */
  #accepted = 0;
  #unsent = 0;
  #lastId: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(input: ChannelsInput) {
    this.#input = input;
    this.#lastId = input.side === "worker" ? -1 : 0;
  }

  /** How many are open. */
  get count(): number {
    return this.#channels.size;
  }

  /** A connection to whatever the other end connects its channels to. That it cannot be had shows as an error of the channel. */
  open(allowHalfOpen = false): Channel {
    this.#lastId += 2;
    const channel = this.#add(this.#lastId, allowHalfOpen);
    void this.#send("open", this.#lastId);
    return channel;
  }

  ping(): void {
    void this.#send("ping", 0);
  }

  /** Gives what the frames in this chunk cost: one each, and more for those that open channels. */
  receive(chunk: Buffer): number {
    let cost = 0;
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= headBytes) {
      const kind = kindNames.find((name) => kinds[name] === bytes[0]);
      const [id, length] = [bytes.readUInt32BE(1), bytes.readUInt32BE(5)];
      if (kind === undefined || length > pieceBytesMax) throw new Error("what arrives is no frame");
      if (bytes.length < headBytes + length) break;
      this.#take(kind, id, bytes.subarray(headBytes, headBytes + length));
      bytes = bytes.subarray(headBytes + length);
      cost += kind === "open" ? openCost : 1;
    }
    this.#rest = bytes;
    return cost;
  }

  /** Ends all channels, with this error. */
  destroy(error: Error): void {
    for (const channel of this.#channels.values()) channel.destroy(error);
  }

  #take(kind: Kind, id: number, body: Buffer): void {
    // Only workers ping.
    if (kind === (this.#input.side === "worker" ? "ping" : "pong"))
      throw new Error("what arrives is no frame");
    if (kind === "ping")
      return void this.#send("pong", 0, Buffer.from([this.#input.isWayOut?.() === true ? 1 : 0]));
    if (kind === "pong") return this.#input.onPong?.(body[0] !== 0);
    if (kind === "open") return this.#accept(id);
    // One that was closed here has frames on their way for a while.
    const channel = this.#channels.get(id);
    if (channel === undefined) return;
    if (kind === "data") channel.receive(body);
    else if (kind === "end") channel.push(null);
    else if (kind === "credit" && body.length === 4) channel.grant(body.readUInt32BE(0));
    else if (kind === "close") channel.destroy(connectionError(body.toString("latin1")));
    else throw new Error("what arrives is no frame");
  }

  #accept(id: number): void {
    const isTheirs = id % 2 === (this.#input.side === "worker" ? 0 : 1);
    if (!isTheirs || this.#input.onOpen === undefined || this.#channels.has(id))
      throw new Error("a channel that was not asked for");
    if (this.#accepted >= channelsMax) return void this.#send("close", id);
    const channel = this.#add(id, true);
    this.#accepted += 1;
    channel.once("close", () => (this.#accepted -= 1));
    this.#input.onOpen(channel);
  }

  #add(id: number, allowHalfOpen: boolean): Channel {
    const channel = new Channel({
      allowHalfOpen,
      send: (kind, body) => this.#send(kind, id, body),
      hold: (isHeld) => this.#hold(channel, isHeld),
    });
    this.#channels.set(id, channel);
    this.#hold(channel, true);
    channel.once("close", () => {
      this.#channels.delete(id);
      this.#hold(channel, false);
    });
    return channel;
  }

  #hold(channel: Channel, isHeld: boolean): void {
    const before = this.#held.size;
    if (isHeld) this.#held.add(channel);
    else this.#held.delete(channel);
    if ((before === 0) !== (this.#held.size === 0)) this.#input.onHeld?.(isHeld);
  }

  #send(kind: Kind, id: number, body: Buffer = Buffer.alloc(0)): Promise<void> {
    const head = Buffer.alloc(headBytes);
    head.writeUInt8(kinds[kind], 0);
    head.writeUInt32BE(id, 1);
    head.writeUInt32BE(body.length, 5);
    const { output } = this.#input;
    if (this.#unsent >= unsentFramesMax) output.destroy(new Error("the other end does not read"));
    // Whoever owns the output hears of its errors, and ends us.
    if (output.destroyed) return Promise.resolve();
    this.#unsent += 1;
    return new Promise((resolve) => {
      output.write(Buffer.concat([head, body]), () => {
        this.#unsent -= 1;
        resolve();
      });
    });
  }
}

interface ChannelInput {
  readonly allowHalfOpen: boolean;
  send(kind: "data" | "end" | "close" | "credit", body?: Buffer): Promise<void>;
  hold(isHeld: boolean): void;
}

/** One connection. It has what `node:http` asks of a socket. */
export class Channel extends Duplex {
  readonly #input: ChannelInput;
  /** As sockets say it: milliseconds, 0 for none. */
  timeout = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #credit = windowBytes;
  #onCredit: (() => void) | null = null;
  /** Taken from the other end, and not yet granted again. */
  #ungranted = 0;

  constructor(input: ChannelInput) {
    super({ allowHalfOpen: input.allowHalfOpen });
    this.#input = input;
    // Whoever uses it listens, too; between two uses nobody does.
    this.on("error", () => undefined);
  }

  /** Bytes from the other end. */
  receive(bytes: Buffer): void {
    this.#idleTimer?.refresh();
    this.#ungranted += bytes.length;
    if (this.#ungranted > windowBytes) throw new Error("more than the window of a channel");
    if (this.push(bytes)) this.#grantAgain();
  }

  /** The other end has read so much. */
  grant(bytes: number): void {
    this.#credit += bytes;
    this.#onCredit?.();
  }

  override _read(): void {
    this.#grantAgain();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#idleTimer?.refresh();
    void this.#sendAll(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    void this.#sendEnd(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#idleTimer);
    const { code = "" } = (error ?? {}) as NodeJS.ErrnoException;
    // After both ends said that they are done there is nothing to say.
    if (!this.readableEnded || !this.writableFinished) void this.#input.send("close", Buffer.from(code));
    this.#onCredit?.();
    done(error);
  }

  async #sendEnd(done: () => void): Promise<void> {
    await this.#input.send("end");
    done();
  }

  async #sendAll(chunk: Buffer, done: () => void): Promise<void> {
    for (let at = 0; at < chunk.length && !this.destroyed; ) {
      const length = Math.min(chunk.length - at, this.#credit, pieceBytesMax);
      if (length > 0) {
        this.#credit -= length;
        await this.#input.send("data", chunk.subarray(at, at + length));
        this.#idleTimer?.refresh();
        at += length;
      } else await this.#credited();
    }
    done();
  }

  #credited(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onCredit = resolve;
    return promise;
  }

  #grantAgain(): void {
    if (this.#ungranted === 0 || this.destroyed) return;
    const granted = Buffer.alloc(4);
    granted.writeUInt32BE(this.#ungranted, 0);
    this.#ungranted = 0;
    void this.#input.send("credit", granted);
  }

  ref(): this {
    if (!this.destroyed) this.#input.hold(true);
    return this;
  }

  unref(): this {
    this.#input.hold(false);
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  /** As sockets do: emits `timeout` when nothing was carried for so long. */
  setTimeout(ms: number, onTimeout?: () => void): this {
    this.timeout = ms;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = ms === 0 ? undefined : setTimeout(() => this.emit("timeout"), ms).unref();
    if (onTimeout !== undefined && ms === 0) this.removeListener("timeout", onTimeout);
    else if (onTimeout !== undefined) this.once("timeout", onTimeout);
    return this;
  }
}

function connectionError(code: string): Error {
  const known = /^[A-Z_]{1,32}$/.test(code) ? code : "ECONNRESET";
  return Object.assign(new Error(`the connection was closed (${known})`), { code: known });
}
