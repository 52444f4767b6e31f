// How a worker reaches agents: for each container that it uses it runs one bridge there (agent/bridge/), and the streams of
// that exec carry all connections to the agent, as channels.
import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Exec } from "dockerode";
import { AgentError } from "../../agent/agent-error.ts";
import { pingEveryMs, silenceMaxMs } from "../../agent/bridge/bridge.ts";
import { Channels } from "../../agent/bridge/channels.ts";
import { createEgressProxy } from "../../egress/egress-proxy.ts";
import { publicDestinations } from "../../egress/judge-destination.ts";
import { anything, type Engine, EngineError } from "./engine.ts";
import { EngineFrames, streams } from "./engine-frames.ts";
import { insidePaths } from "./place.ts";

// An engine under load takes a while to run something.
const startMaxMs = 10_000;
// A bridge is a process in the workspace, and takes some of its memory: it goes when nobody has used it for a while.
const idleMaxMs = 60_000;
// As much of what it says as helps to see why it does not run.
const saidCharsMax = 500;

const commandOf = (hasEgress: boolean): string[] => [
  insidePaths.node,
  // It moves bytes: one thread, and a small heap.
  "--max-old-space-size=64",
  "--max-semi-space-size=1",
  "--v8-pool-size=1",
  insidePaths.agentProgram,
  "bridge",
  "--socket",
  insidePaths.socket,
  ...(hasEgress ? ["--egress", insidePaths.egress] : []),
];

export interface Bridges {
  /**
   * A connection to the agent in this container. Throws `unreachable`. `hasEgress`: the bridge is also the container's way to
   * the internet, through a proxy in this process, and stays for as long as both live.
   */
  connect(containerId: string, hasEgress: boolean): Promise<Duplex>;
  /** Ends the bridge in this container, if there is one. */
  close(containerId: string): void;
}

export function createBridges(engine: Engine): Bridges {
  const open = new Map<string, Promise<Line>>();
  const egress = createEgressProxy(publicDestinations());
  const lineTo = (containerId: string, hasEgress: boolean): Promise<Line> => {
    const found = open.get(containerId);
    if (found !== undefined) return found;
    const line = startLine(engine, { containerId, egress: hasEgress ? egress : null });
    open.set(containerId, line);
    const forget = () => {
      if (open.get(containerId) === line) open.delete(containerId);
    };
    line.then(({ ended }) => ended.then(forget), forget);
    return line;
  };
  return {
    connect: async (containerId, hasEgress) => (await lineTo(containerId, hasEgress)).connect(),
    close(containerId) {
      void open.get(containerId)?.then(
        (line) => line.end(),
        () => undefined,
      );
      open.delete(containerId);
    },
  };
}

interface LineWish {
  readonly containerId: string;
  /** The proxy that connections from inside are given to; null when there are to be none. */
  readonly egress: Server | null;
}

async function startLine(engine: Engine, { containerId, egress }: LineWish): Promise<Line> {
  const inTime = new AbortController();
  const timer = setTimeout(
    () => inTime.abort(unreachable(`no bridge to it was started within ${startMaxMs / 1_000} s`)),
    startMaxMs,
  );
  const { signal } = inTime;
  try {
    const what = `run a bridge in the container ${containerId}`;
    const exec = (await engine.call({
      what,
      signal,
      answer: anything,
      run: (docker, options) =>
        docker.getContainer(containerId).exec({ ...options, _body: execSpec(egress !== null) } as object),
    })) as Exec;
    const start = { hijack: true, stdin: true, _body: { Detach: false, Tty: false } };
    const stream = await engine.call({
      what,
      signal,
      answer: anything,
      run: (_docker, options) => exec.start({ ...options, ...start }),
    });
    return new Line(stream as Duplex, egress);
  } catch (error) {
    if (error instanceof EngineError) throw unreachable(error.message);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function execSpec(hasEgress: boolean): object {
  const attached = { AttachStdin: true, AttachStdout: true, AttachStderr: true };
  return { ...attached, Tty: false, Cmd: commandOf(hasEgress) };
}

/** The streams of one bridge, for as long as it lives. */
class Line {
  readonly ended: Promise<void>;
  readonly #stream: Duplex;
  readonly #channels: Channels;
  readonly #frames = new EngineFrames();
  readonly #timer: NodeJS.Timeout;
  readonly #isKept: boolean;
  #heardAt = performance.now();
  #usedAt = performance.now();
  #said = "";

  constructor(stream: Duplex, egress: Server | null) {
    this.#stream = stream;
    this.#isKept = egress !== null;
    const socket = stream as Duplex & { ref?(): void; unref?(): void };
    this.#channels = new Channels({
      output: stream,
      side: "worker",
      // What waits for an answer keeps this process alive, and nothing else of us does.
      onHeld: (isHeld) => (isHeld ? socket.ref?.() : socket.unref?.()),
      ...(egress !== null && { onOpen: (channel) => egress.emit("connection", channel.unref()) }),
      onPong: () => (this.#heardAt = performance.now()),
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
    this.#usedAt = performance.now();
    return this.#channels.open();
  }

  end(): void {
    this.#stream.destroy();
  }

  #look(): void {
    const now = performance.now();
    if (this.#channels.count > 0) this.#usedAt = now;
    const isIdle = !this.#isKept && now - this.#usedAt > idleMaxMs;
    if (isIdle || now - this.#heardAt > silenceMaxMs) this.end();
    else this.#channels.ping();
  }

  #read(chunk: Buffer): void {
    try {
      for (const { stream, bytes } of this.#frames.read(chunk)) {
        if (stream === streams.output) this.#channels.receive(bytes);
        else this.#said = (this.#said + bytes.toString()).slice(-saidCharsMax);
      }
    } catch (error) {
      // Whatever runs in the workspace may write there in the bridge's place.
      this.#said ||= (error as Error).message;
      this.end();
    }
  }
}

function unreachable(why: string): AgentError {
  return new AgentError("unreachable", `the workspace's agent cannot be reached: ${why}`);
}
