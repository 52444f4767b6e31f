// How a worker reaches agents: for each container that it uses it runs one bridge there (agent/bridge/), and the streams of
// that exec carry all connections to the agent, as channels.
import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { createEgressProxy } from "../../egress/egress-proxy.ts";
import { publicDestinations } from "../../egress/judge-destination.ts";
import { resolverLookup } from "../../egress/resolver-lookup.ts";
import { BridgeLine, unreachable } from "./bridge-line.ts";
import { type Engine, EngineError } from "./engine.ts";
import { insidePaths } from "./place.ts";

// An engine under load takes a while to run something.
const startMaxMs = 10_000;

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
    const line = startLine(engine, containerId, egress);
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

/** `egress`: the proxy that connections from inside are given to; null when there are to be none. */
async function startLine(engine: Engine, containerId: string, egress: Server | null): Promise<BridgeLine> {
  const inTime = new AbortController();
  const tooLate = unreachable(`no bridge to it was started within ${startMaxMs / 1_000} s`);
  const timer = setTimeout(() => inTime.abort(tooLate), startMaxMs);
  const timed = engine.during(inTime.signal);
  try {
    const what = `run a bridge in the container ${containerId}`;
    const exec = await timed.call(what, (docker, options) =>
      docker.getContainer(containerId).exec({ ...options, _body: execSpec(egress !== null) } as object),
    );
    const start = { hijack: true, stdin: true, _body: { Detach: false, Tty: false } };
    const stream = await timed.call(what, (_docker, options) => exec.start({ ...options, ...start }));
    return new BridgeLine(stream, egress);
  } catch (error) {
    throw error instanceof EngineError ? unreachable(error.message) : error;
  } finally {
    clearTimeout(timer);
  }
}

function execSpec(hasEgress: boolean): object {
  const { node, agentProgram, socket, egress } = insidePaths;
  // It moves bytes: one thread, and a small heap.
  const small = ["--max-old-space-size=64", "--max-semi-space-size=1", "--v8-pool-size=1"];
  const way = hasEgress ? ["--egress", egress] : [];
  return {
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Cmd: [node, ...small, agentProgram, "bridge", "--socket", socket, ...way],
  };
}
