// Test support: MCP servers as rows would give them, and real servers of other people.
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../../dev/free-port.ts";
import type { McpServer, McpTransport } from "../../../../mcp/server.ts";
import { soon } from "../../../support/soon.ts";

const manifest = createRequire(import.meta.url).resolve(
  "@modelcontextprotocol/server-everything/package.json",
);
const everything = join(manifest, "../dist/index.js");
const odd = fileURLToPath(new URL("odd-program.ts", import.meta.url));

export const everythingProgram = { command: process.execPath, args: [everything, "stdio"], env: {} } as const;

export function oddProgram(env: Readonly<Record<string, string>> = {}) {
  return { command: process.execPath, args: [odd], env } as const;
}

const asking = fileURLToPath(new URL("asking-program.ts", import.meta.url));

export function askingProgram(env: Readonly<Record<string, string>> = {}) {
  return { command: process.execPath, args: [asking], env } as const;
}

let servers = 0;

export function aServer(transport: McpTransport, more: Partial<McpServer> = {}): McpServer {
  servers++;
  return {
    id: `server-${servers}`,
    slug: `s${servers}`,
    name: `Server ${servers}`,
    revision: 1,
    is_deployments: true,
    transport,
    auth: { type: "none" },
    allow: null,
    deny: [],
    ...more,
  };
}

/** server-everything over streamable HTTP, as a process of its own. */
export async function startEverything(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const child = spawn(process.execPath, [everything, "streamableHttp"], {
    env: { PATH: process.env["PATH"], PORT: String(port) },
    stdio: "ignore",
  });
  const url = `http://127.0.0.1:${port}/mcp`;
  await soon(
    "the server listens",
    async () => (await fetch(url, { method: "GET" }).catch(() => null)) !== null,
  );
  return { url, stop: () => ended(child) };
}

function ended(child: ChildProcess): Promise<void> {
  const over = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGKILL");
  return over;
}
