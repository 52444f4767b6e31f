// The bench's side of the process that holds the idle readers.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { EverturnAddress } from "./everturn-client.ts";
import type { FromReaders, ToReaders } from "./idle-reader-client.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

export interface IdleReaders {
  /** Resolves when each has received everything. */
  open(address: EverturnAddress, chats: readonly string[]): Promise<void>;
  /** Latencies of the parts that were read since then. */
  report(): Promise<readonly number[]>;
  close(): void;
  stop(): Promise<void>;
}

export async function startIdleReaders(): Promise<IdleReaders> {
  const child = fork(MAIN, ["idle-readers"], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const hear = async (): Promise<FromReaders> => {
    const [words] = await once(child, "message");
    return words as FromReaders;
  };
  const tell = (words: ToReaders) => void child.send(words);
  await hear();
  return {
    async open({ url, key }, chats) {
      const { hostname, port } = new URL(url);
      const heard = hear();
      tell({ type: "open", host: hostname, port: Number(port), key, chats });
      const words = await heard;
      if (words.type === "failed") throw new Error(words.why);
    },
    async report() {
      const heard = hear();
      tell({ type: "report" });
      const words = await heard;
      return words.type === "latencies" ? words.samples : [];
    },
    close: () => tell({ type: "close" }),
    async stop() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}
