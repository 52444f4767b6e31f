// How a worker reaches agents: for each container that it uses it runs one bridge there (agent/bridge/), and the streams of
// that exec carry all connections to the agent, as channels.
import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Exec } from "dockerode";
import { createEgressProxy } from "../../egress/egress-proxy.ts";
import { publicDestinations } from "../../egress/judge-destination.ts";
import { resolverLookup } from "../../egress/resolver-lookup.ts";
import { BridgeLine, unreachable } from "./bridge-line.ts";
import { anything, type Engine, EngineError } from "./engine.ts";
import { insidePaths } from "./place.ts";

// An engine under load takes a while to run something.
const startMaxMs = 10_000;

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
   * the internet, through a proxy in this process. It stays until another worker's bridge has become that way.
   */
  connect(containerId: string, hasEgress: boolean): Promise<Duplex>;
  /** Ends the bridge in this container, if there is one. */
  close(containerId: string): void;
}

export function createBridges(engine: Engine): Bridges {
  const open = new Map<string, Promise<BridgeLine>>();
  const lineTo = (containerId: string, hasEgress: boolean): Promise<BridgeLine> => {
    const found = open.get(containerId);
    if (found !== undefined) return found;
    const egress = hasEgress ? createEgressProxy(publicDestinations(), resolverLookup()) : null;
    const line = startLine(engine, { containerId, egress });
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

async function startLine(engine: Engine, { containerId, egress }: LineWish): Promise<BridgeLine> {
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
    return new BridgeLine(stream as Duplex, egress);
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
