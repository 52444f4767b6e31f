// A process that holds thousands of readers as bare sockets, so that their memory and work do not count for the bench.
import { connect, type Socket } from "node:net";
import { now } from "../clock.ts";
import { isPart, stampsIn } from "./frames.ts";

export interface OpenReaders {
  readonly type: "open";
  readonly host: string;
  readonly port: number;
  readonly key: string;
  /** One reader for each, so a chat may appear more than once. */
  readonly chats: readonly string[];
}

export type ToReaders = OpenReaders | { readonly type: "close" } | { readonly type: "report" };

export type FromReaders =
  | { readonly type: "ready" }
  | { readonly type: "opened" }
  | { readonly type: "failed"; readonly why: string }
  /** Milliseconds from write to read of each part that a reader has seen since they were opened. */
  | { readonly type: "latencies"; readonly samples: readonly number[] };

/** Opening is not measured: this many at a time leave the API time for all of them. */
const openingAtOnce = 64;

/** Works until the parent goes away. */
export function runIdleReaders(): void {
  const tell = (words: FromReaders) => void process.send?.(words);
  const sockets = new Set<Socket>();
  let latencies: number[] = [];
  const hear = (text: string) => {
    const at = now();
    // The committed message contains the same text once more.
    for (const frame of text.split("\n\n").filter(isPart)) {
      for (const stamp of stampsIn(frame)) latencies.push(at - stamp);
    }
  };
  process.on("message", (asked: ToReaders) => {
    switch (asked.type) {
      case "open":
        latencies = [];
        openAll(asked, sockets, hear).then(
          () => tell({ type: "opened" }),
          (error: Error) => tell({ type: "failed", why: error.message }),
        );
        return;
      case "close":
        for (const socket of sockets) socket.destroy();
        sockets.clear();
        return;
      case "report":
        tell({ type: "latencies", samples: latencies });
    }
  });
  process.once("disconnect", () => process.exit(0));
  tell({ type: "ready" });
}

async function openAll(asked: OpenReaders, sockets: Set<Socket>, hear: (text: string) => void) {
  const waiting = [...asked.chats];
  const opener = async () => {
    for (let chat = waiting.pop(); chat !== undefined; chat = waiting.pop()) {
      sockets.add(await openReader(asked, chat, hear));
    }
  };
  await Promise.all(Array.from({ length: openingAtOnce }, opener));
}

/** Resolves when the reader has received everything. */
function openReader({ host, port, key }: OpenReaders, chat: string, hear: (text: string) => void) {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host, port });
  socket.setEncoding("latin1");
  socket.write(
    `GET /v1/chats/${chat}/stream?read=false HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${key}\r\n\r\n`,
  );
  let isOpen = false;
  let seen = "";
  socket.on("data", (text: string) => {
    if (isOpen) return hear(text);
    seen += text;
    isOpen = seen.includes("event: caught_up\n");
    if (isOpen) resolve(socket);
  });
  const fail = (why: string) => reject(new Error(`a reader ${why}: ${seen.slice(0, 200)}`));
  socket.on("error", (error) => fail(`failed (${error.message})`));
  socket.on("close", () => fail("was sent away"));
  return promise;
}
