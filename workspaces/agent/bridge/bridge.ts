// The bridge: a process beside the agent that joins its standard input and output to the agent's socket. A worker starts it by
// the container engine's `exec`, so that a workspace needs no port, and no network.
import { rmSync, statSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { parseArgs } from "node:util";
import { type Channel, Channels, channelsMax } from "./channels.ts";

/** How often a worker pings its bridge. */
export const pingEveryMs = 5_000;
/**
 * Silence after which one end gives the other up. What an engine runs by `exec` lives on when its caller is gone, so that
 * without this each worker that died would leave a process behind.
 */
export const silenceMaxMs = 20_000;

/** Serves until the input ends or falls silent; then the process ends. */
export function runBridge(args: readonly string[]): void {
  const options = { socket: { type: "string" }, egress: { type: "string" } } as const;
  const { socket: path, egress } = parseArgs({ args: [...args], options }).values;
  if (path === undefined)
    throw new Error("--socket is missing: bridge --socket <the agent's> [--egress <path>]");
  const { stdin, stdout } = process;
  const end = () => process.exit(0);
  const channels = new Channels({
    output: stdout,
    side: "bridge",
    onOpen: (channel) => join(channel, connect({ path, allowHalfOpen: true })),
    isWayOut: () => wayOut?.isOurs() === true,
  });
  const wayOut = egress === undefined ? null : keepEgress(egress, channels);
  let silence = setTimeout(end, silenceMaxMs);
  stdin.on("data", (chunk: Buffer) => {
    clearTimeout(silence);
    silence = setTimeout(end, silenceMaxMs);
    channels.receive(chunk);
  });
  setInterval(() => wayOut?.look(), pingEveryMs);
  for (const stream of [stdin, stdout]) stream.on("error", end).on("close", end);
  stdin.on("end", end);
}

interface WayOut {
  /** Takes the path over when nobody listens there any more. */
  look(): void;
  /** Whether the agent's connections come here, and not to a newer bridge. */
  isOurs(): boolean;
}

/**
 * Listens where the agent sends connections to the internet, which this bridge hands to its worker. Of several bridges the
 * newest one listens; when it has ended, another takes its place at its next look.
 */
export function keepEgress(path: string, channels: Channels): WayOut {
  let listener: Server | null = null;
  let inode: number | null = null;
  const inodeOf = () => statSync(path, { throwIfNoEntry: false })?.ino ?? null;
  const listenHere = () => {
    listener?.close();
    rmSync(path, { force: true });
    listener = createServer({ allowHalfOpen: true }, (socket) => join(channels.open(true), socket));
    listener.maxConnections = channelsMax;
    listener
      .on("error", () => undefined)
      .listen(path, () => (inode = inodeOf()))
      .unref();
  };
  listenHere();
  const isOurs = () => inode !== null && inode === inodeOf();
  return {
    look() {
      if (isOurs()) return;
      const probe = connect(path);
      probe.on("connect", () => probe.destroy()).on("error", listenHere);
    },
    isOurs,
  };
}

function join(channel: Channel, socket: Socket): void {
  // Errors of one destroy the other; a channel tells its other end why.
  socket.on("error", (error) => channel.destroy(error));
  pipeline(channel, socket, () => undefined);
  pipeline(socket, channel, () => undefined);
}
