// Opens an address in the person's own browser, where there is one.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onPath } from "../../platform/programs/on-path.ts";

/** Programs that open an address in a browser; `wslview` opens the one of Windows. */
const OPENERS: readonly Opener[] = [
  { program: "open", suits: (_env, platform) => platform === "darwin" },
  { program: "wslview", suits: (env) => env["WSL_DISTRO_NAME"] !== undefined },
  // Without a display it would open a browser for text, in this very terminal.
  { program: "xdg-open", suits: (env) => Boolean(env["DISPLAY"] || env["WAYLAND_DISPLAY"]) },
];

interface Opener {
  readonly program: string;
  readonly suits: (env: NodeJS.ProcessEnv, platform: NodeJS.Platform) => boolean;
}

/** The program that opens addresses here; null if this machine has none, or no screen. */
export function findOpener(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string | null {
  for (const { program, suits } of OPENERS) {
    const found = suits(env, platform) ? onPath(program, env) : null;
    if (found !== null) return found;
  }
  return null;
}

/** Resolves with whether the opener took the address. It is not waited for longer than a moment: some stay as long as the browser. */
export function openBrowser(opener: string, url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(opener, [url], { stdio: "ignore", detached: true });
    const timer = setTimeout(() => resolve(true), OPENER_MAX_MS);
    const end = (isOpen: boolean) => {
      clearTimeout(timer);
      resolve(isOpen);
    };
    child.on("error", () => end(false));
    child.on("exit", (code) => end(code === 0));
    child.unref();
  });
}

const OPENER_MAX_MS = 3_000;

export interface Doorway {
  /** Leads to the hidden address, once. */
  readonly url: string;
  close(): void;
}

/**
 * An address that leads once to another one. What a program is started with can be read by every user of the machine, and the other
 * address holds a key.
 */
export async function openDoorway(hidden: string): Promise<Doorway> {
  const path = `/${randomBytes(24).toString("base64url")}`;
  let isUsed = false;
  const server = createServer((request, response) => {
    const isOurs = request.url === path && !isUsed;
    isUsed ||= isOurs;
    response.writeHead(isOurs ? 302 : 404, {
      ...(isOurs && { location: hidden }),
      "cache-control": "no-store",
      connection: "close",
    });
    response.end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${path}`, close: () => void server.close() };
}
