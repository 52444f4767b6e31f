#!/usr/bin/env node
// Reads arguments and environment, runs a command, and says what went wrong.
import { enableCompileCache } from "node:module";
import { COMPILE_CACHE } from "../dev/stack-environment.ts";
import { StartError } from "../dev/start-error.ts";
import { ConfigError } from "../platform/config/config.ts";
import { HELP } from "./commands/help.ts";
import { withRunningStack } from "./stack-configuration.ts";

type Command = (args: string[]) => Promise<void>;

// Loaded when needed: `api` must not pay for the worker's native code, and the other way round.
const COMMANDS: Record<string, () => Promise<Command>> = {
  start: async () => {
    // Its children do the same because their environment says so.
    enableCompileCache(process.env["NODE_COMPILE_CACHE"] || COMPILE_CACHE);
    return (await import("./commands/start.ts")).start;
  },
  api: async () => (await import("./commands/api.ts")).api,
  worker: async () => (await import("./commands/worker.ts")).worker,
  migrate: async () => (await import("./commands/migrate.ts")).migrate,
  "rotate-keys": async () => (await import("./commands/rotate-keys.ts")).rotateKeys,
  "search-attributes": async () => (await import("./commands/search-attributes.ts")).searchAttributes,
  "stop-workspaces": async () => (await import("./commands/stop-workspaces.ts")).stopWorkspaces,
  workers: async () => (await import("./commands/workers.ts")).workers,
  "build-id": async () => (await import("./commands/build-id.ts")).buildId,
  chat: async () => (await import("./commands/chat.ts")).chat,
  doctor: async () => (await import("./commands/doctor.ts")).doctor,
  users: async () => (await import("./commands/users.ts")).users,
  keys: async () => (await import("./commands/keys.ts")).keys,
  "console-build": async () => (await import("./commands/console-build.ts")).consoleBuild,
  demo: async () => (await import("./commands/demo.ts")).demo,
  "config-docs": async () => (await import("./commands/config-docs.ts")).configDocs,
  version: async () => (await import("./commands/version.ts")).version,
};

const ALIASES: Record<string, string> = {
  "--version": "version",
  "-v": "version",
  "--help": "help",
  "-h": "help",
};

async function main(): Promise<void> {
  const [given = "help", ...args] = process.argv.slice(2);
  const name = ALIASES[given] ?? given;
  if (name === "help") {
    process.stdout.write(HELP);
    return;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) throw new StartError(`There is no command ${name}.\n\n${HELP}`);
  // `chat` may talk to another server than the one that runs here.
  if (name !== "start" && name !== "chat") setEnvironment(withRunningStack(process.env));
  const command = await load();
  await command(args);
}

/** What the running stack does not set must be removed: a namespace or a key of another Temporal, for example. */
function setEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  Object.assign(process.env, env);
}

function explain(error: unknown): string {
  if (error instanceof StartError || error instanceof ConfigError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith("ERR_PARSE_ARGS")) return `${message}\n\n${HELP}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${explain(error)}\n`);
  process.exit(1);
});
