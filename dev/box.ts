// Dev holds the embedded stack: what a person needs once everything runs, in one box.

import type { ConsoleState } from "./console/build-beside.ts";

export interface BoxContents {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | undefined;
  readonly databaseUrl: string;
  /** Made by this start, so that its password is nobody's but this folder's. */
  readonly isOwnDatabase: boolean;
  readonly model: string;
  readonly console: ConsoleState;
  readonly logFolder: string;
  readonly startedInMs: number;
}

/** The box as text, then one curl that works as it stands. */
export function renderBox(contents: BoxContents): string {
  const rows: [string, string][] = [
    ...consoleRow(contents),
    ["API", contents.apiUrl],
    ["API docs", `${contents.apiUrl}/docs`],
    ["API key", contents.apiKey],
    ["Temporal UI", contents.temporalUiUrl ?? "–"],
    ["Temporal", contents.temporalAddress],
    ["Postgres", contents.isOwnDatabase ? contents.databaseUrl : withoutPassword(contents.databaseUrl)],
    ["Model", contents.model],
    ["Logs", contents.logFolder],
  ];
  const title = `Everturn is up (${(contents.startedInMs / 1_000).toFixed(1)} s). Ctrl-C stops it; its data stays.`;
  const label = Math.max(...rows.map(([name]) => name.length));
  const lines = [title, "", ...rows.map(([name, value]) => `${name.padEnd(label)}  ${value}`)];
  const width = Math.max(...lines.map((line) => line.length));
  const framed = lines.map((line) => `│ ${line.padEnd(width)} │`);
  const bar = "─".repeat(width + 2);
  return `\n┌${bar}┐\n${framed.join("\n")}\n└${bar}┘\n${consoleLink(contents)}\nOr try it by hand, a turn that streams:\n\n${curlCommand(contents)}\n`;
}

/** With the key behind `#`, which browsers send nowhere: the sign-in page fills it in. */
function consoleLink({ console, apiUrl, apiKey }: BoxContents): string {
  const isThere = console.type !== "off" && (console.type !== "failed" || console.hasOlder);
  return isThere ? `\nOpen the console with your key:\n\n${apiUrl}/sign-in#${apiKey}\n` : "";
}

function consoleRow({ console, apiUrl }: BoxContents): [string, string][] {
  switch (console.type) {
    case "off":
      return [];
    case "ready":
      return [["Console", apiUrl]];
    case "building":
      return [["Console", `${apiUrl} (being built, some ${console.expectedS} s)`]];
    case "failed":
      return [["Console", console.hasOlder ? `${apiUrl} (an older one)` : "– (it could not be built)"]];
  }
}

/** A password that was brought along is somebody else's to show: boxes end up in logs and on screens. */
function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  if (url.password !== "") url.password = "***";
  for (const name of url.searchParams.keys()) {
    if (/password/i.test(name)) url.searchParams.set(name, "***");
  }
  return url.href;
}

/** Starts a chat and follows its stream; needs nothing but curl and a shell. */
function curlCommand({ apiUrl, apiKey }: Pick<BoxContents, "apiUrl" | "apiKey">): string {
  const auth = `-H 'Authorization: Bearer ${apiKey}'`;
  return [
    `CHAT=$(curl -s ${apiUrl}/v1/chats ${auth} -H 'Content-Type: application/json' \\`,
    `  -d '{"content":"Hello! What can you do?"}' | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4) && \\`,
    `curl -sN ${apiUrl}/v1/chats/$CHAT/stream ${auth}`,
  ].join("\n");
}
