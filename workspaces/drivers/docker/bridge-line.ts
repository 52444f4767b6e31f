// The streams of one bridge, for as long as it lives. What arrives may be written by anything that runs in the workspace.
import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { AgentError } from "../../agent/agent-error.ts";
import { pingEveryMs, silenceMaxMs } from "../../agent/bridge/bridge.ts";
import { Channels } from "../../agent/bridge/channels.ts";
import { EngineFrames, streams } from "./engine-frames.ts";

// A bridge takes some of the workspace's memory, so it ends when nobody has used it for a while.
const idleMaxMs = 60_000;
// Enough of what it says to see why it does not run.
const saidCharsMax = 500;
// Counted in frames, as `Channels.receive` does. Whole frames of data at this rate are 640 MB/s. Beyond it nothing is read
// until the second is over: a workspace that sends tiny frames gets a fifth of a processor at most.
export const costPerSecondMax = 10_000;

export class BridgeLine {
  readonly ended: Promise<void>;
  readonly #stream: Duplex;
  readonly #channels: Channels;
  readonly #frames = new EngineFrames();
  readonly #timer: NodeJS.Timeout;
  /** Whether it is the workspace's way to the internet, so that it stays without being used. */
  #isWayOut: boolean;
  // Counted in looks, not in time, so that a machine that slept does not find its bridges silent or idle.
  #looksSinceHeard = 0;
  #looksSinceUse = 0;
  #second = { since: performance.now(), cost: 0 };
  #said = "";

  /** @param egress the proxy that connections from inside are given to; null when there are to be none */
  constructor(stream: Duplex, egress: Server | null) {
    this.#stream = stream;
    this.#isWayOut = egress !== null;
    const socket = stream as Duplex & { ref?(): void; unref?(): void };
    this.#channels = new Channels({
      output: stream,
      side: "worker",
      // Only a call that waits for an answer keeps this process alive.
      onHeld: (isHeld) => (isHeld ? socket.ref?.() : socket.unref?.()),
      ...(egress !== null && { onOpen: (channel) => egress.emit("connection", channel.unref()) }),
      onPong: (isWayOut) => {
        this.#looksSinceHeard = 0;
        this.#isWayOut = egress !== null && isWayOut;
      },
    });
    socket.unref?.();
    this.#timer = setInterval(() => this.#look(), pingEveryMs).unref();
    stream.on("data", (chunk: Buffer) => this.#read(chunk));
    stream.on("error", () => undefined).on("end", () => stream.destroy());
    this.ended = new Promise((resolve) => {
      stream.once("close", () => {
        clearInterval(this.#timer);
        const said = this.#said.trim();
        this.#channels.destroy(unreachable(`its bridge ended${said && `: ${said}`}`));
        resolve();
      });
    });
  }

  connect(): Duplex {
    this.#looksSinceUse = 0;
    return this.#channels.open();
  }

  end(): void {
    this.#stream.destroy();
  }

  #look(): void {
    this.#looksSinceHeard += 1;
    this.#looksSinceUse = this.#channels.count > 0 ? 0 : this.#looksSinceUse + 1;
    const isIdle = !this.#isWayOut && this.#looksSinceUse * pingEveryMs > idleMaxMs;
    if (isIdle || this.#looksSinceHeard * pingEveryMs > silenceMaxMs) this.end();
    else this.#channels.ping();
  }

  #read(chunk: Buffer): void {
    try {
      for (const { stream, bytes } of this.#frames.read(chunk)) {
        if (stream === streams.output) this.#spend(this.#channels.receive(bytes));
        else this.#said = (this.#said + bytes.toString()).slice(-saidCharsMax);
      }
    } catch (error) {
      this.#said ||= (error as Error).message;
      this.end();
    }
  }

  #spend(cost: number): void {
    const now = performance.now();
    if (now - this.#second.since >= 1_000) this.#second = { since: now, cost: 0 };
    this.#second.cost += cost;
    if (this.#second.cost <= costPerSecondMax || this.#stream.isPaused()) return;
    this.#stream.pause();
    // A timer's second may be a little short of ours.
    setTimeout(() => {
      this.#second.cost = 0;
      this.#stream.resume();
    }, 1_000);
  }
}

export function unreachable(why: string): AgentError {
  return new AgentError("unreachable", `the workspace's agent cannot be reached: ${why}`);
}
