// Runs an API or a worker as a process, from its environment to its exit.
import { flushCompileCache } from "node:module";
import { type Config, loadConfig } from "../platform/config/config.ts";
import { createLogger, type Logger } from "../platform/logger.ts";
import { whenAskedToStop } from "./stop-signal.ts";

interface Role {
  readonly name: "api" | "worker";
  /** Starts the role. What it returns goes into the ready line. */
  readonly start: (
    config: Config,
    logger: Logger,
  ) => Promise<{ readonly port?: number; stop(): Promise<void> }>;
}

/** Runs a role until SIGTERM or SIGINT, then stops it within its grace time. */
export async function runRole(role: Role): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger({ level: config.logLevel, role: role.name });
  const askedToStop = whenAskedToStop();
  exitOnBugs(logger);
  const running = await role.start(config, logger);
  // Printed at any log level, because supervisors wait for this line.
  process.stdout.write(`${JSON.stringify({ ready: role.name, port: running.port, pid: process.pid })}\n`);
  // Compiled code is otherwise kept by a process that ends in order; this one may be killed.
  flushCompileCache();
  const signal = await askedToStop;
  logger.info({ signal }, "stopping");
  const isInTime = await Promise.race([running.stop().then(() => true), afterGrace(config.shutdownGraceMs)]);
  if (!isInTime) logger.error({ grace_ms: config.shutdownGraceMs }, "not stopped within the grace time");
  process.exit(isInTime ? 0 : 1);
}

/** A process in an unknown state is worth less than a fresh one. Its work is durable and continues elsewhere. */
function exitOnBugs(logger: Logger): void {
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error }, event);
      process.exit(1);
    });
  }
}

function afterGrace(graceMs: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), graceMs));
}
