// Tests: a provider that answers with exact bytes. Each script has an address of its own, so that chats are played side by side.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { JsonObject } from "../../../core/part/part.ts";

/** Bytes as they are sent, or what happens between them. */
export type OddFrame =
  | string
  | { readonly pause_ms: number }
  /** Nothing more is sent; the socket stays open. */
  | { readonly hang: true }
  /** The socket is cut. */
  | { readonly cut: true };

export interface OddAnswer {
  /** 200 when absent. */
  readonly status?: number;
  /** An event stream when absent. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly frames: readonly OddFrame[];
}

/** The answer to the request of this number, from 0; `earlier` are the requests before it. */
export type OddScript = (request: OddRequest, number: number) => OddAnswer;

export interface OddRequest {
  /** Below the script's own address, such as "/v1/chat/completions". */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: JsonObject;
}

export interface OddProvider {
  readonly url: string;
  /** Sets the script under this name; requests to `${url}/${name}/…` are answered by it. */
  script(name: string, script: OddScript): void;
  /** What was asked under this name so far, oldest first. */
  requests(name: string): readonly OddRequest[];
  stop(): Promise<void>;
}

export async function startOddProvider(): Promise<OddProvider> {
  const scripts = new Map<string, OddScript>();
  const asked = new Map<string, OddRequest[]>();
  const server = createServer((request, response) => {
    void take(request).then(async ({ name, taken }) => {
      const requests = asked.get(name) ?? [];
      asked.set(name, [...requests, taken]);
      const answer = scripts.get(name)?.(taken, requests.length) ?? NO_SCRIPT;
      await play(response, answer);
    });
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    script: (name, script) => void scripts.set(name, script),
    requests: (name) => asked.get(name) ?? [],
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const NO_SCRIPT: OddAnswer = {
  status: 404,
  headers: { "content-type": "application/json" },
  frames: ['{"error":{"message":"no script under this address"}}'],
};

async function take(request: IncomingMessage): Promise<{ name: string; taken: OddRequest }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const [, name = "", ...rest] = (request.url ?? "").split("/");
  const text = Buffer.concat(chunks).toString("utf8");
  const body = text === "" ? {} : (JSON.parse(text) as JsonObject);
  return { name, taken: { path: `/${rest.join("/")}`, headers: request.headers, body } };
}

async function play(response: ServerResponse, answer: OddAnswer): Promise<void> {
  response.writeHead(answer.status ?? 200, { "content-type": "text/event-stream", ...answer.headers });
  response.flushHeaders();
  for (const frame of answer.frames) {
    if (response.destroyed) return;
    if (typeof frame === "string") response.write(frame);
    else if ("pause_ms" in frame) await pause(frame.pause_ms);
    else if ("cut" in frame) return void response.destroy();
    else return;
  }
  response.end();
}
