// Writes JSON log lines to stdout, without keys.
import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from "pino";

export type Logger = PinoLogger;

const SECRET_FIELDS = [
  "authorization",
  "Authorization",
  "cookie",
  "set-cookie",
  "api_key",
  "apiKey",
  "x-api-key",
  "secret_key",
  "secretKey",
  "password",
  "databaseUrl",
];
// pino matches paths exactly, so each level down to request.headers.authorization is its own path.
const LEVELS_DEEP = ["", "*.", "*.*."];

interface LoggerSettings {
  readonly level: string;
  /** Which process logs: api, worker, … */
  readonly role: string;
}

/** The logger of a process. `destination` is stdout unless given. */
export function createLogger(settings: LoggerSettings, destination?: DestinationStream): Logger {
  const options = {
    level: settings.level,
    base: { role: settings.role, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redactedPaths(), censor: "[redacted]" },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** A logger whose lines contain the ids of the chat and the request. */
export function loggerFor(
  logger: Logger,
  about: { readonly chatId?: string; readonly requestId?: string },
): Logger {
  return logger.child({
    ...(about.chatId !== undefined && { chat_id: about.chatId }),
    ...(about.requestId !== undefined && { request_id: about.requestId }),
  });
}

function redactedPaths(): string[] {
  return LEVELS_DEEP.flatMap((prefix) =>
    SECRET_FIELDS.map((field) =>
      field.includes("-") ? `${prefix.slice(0, -1)}["${field}"]` : prefix + field,
    ),
  );
}
