// Platform knows the process and its surroundings: every environment variable Everturn reads, with its meaning and default.
import { isIP } from "node:net";
import { z } from "zod";

/** What the reference table in docs/configuration.md says about a variable beside its description. */
interface VariableNotes {
  readonly description: string;
  /** Shown instead of the default the schema holds, for defaults that are worked out. */
  readonly shown_default?: string;
  /** A secret's value is never echoed in an error. */
  readonly secret?: boolean;
}

const SECRET_KEY_BYTES = 32;
const PORT_MAX = 65_535;
// Node's timers take a signed 32-bit count of milliseconds; a larger one fires at once.
const TIMER_MAX_MS = 2_147_483_647;
// A local activity has a minute (workflows/activity-options.ts), which must not end before the statement does.
const STATEMENT_MAX_MS = 50_000;

function notes<Schema extends z.ZodType>(schema: Schema, about: VariableNotes): Schema {
  return schema.meta({ ...about });
}

function wholeNumber(min: number, max: number) {
  const words = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, words)
    .transform(Number)
    .refine((value) => value >= min && value <= max, words);
}

function milliseconds(min: number) {
  return wholeNumber(min, TIMER_MAX_MS);
}

const VISIBLE = /^[\x21-\x7e]*$/;
const VISIBLE_WORDS = "expected no spaces, line ends or characters other than visible ASCII";

/** A key is sent in a header, which takes nothing else: a line end that came along in copying would fail each call. */
function key() {
  return z.string().regex(VISIBLE, VISIBLE_WORDS);
}

function webAddress() {
  return z
    .string()
    .regex(VISIBLE, VISIBLE_WORDS)
    .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), "expected an http or https URL");
}

function choice<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, `expected one of: ${values.join(", ")}`);
}

const postgresUrl = z
  .string(
    "is not set. Needed: a URL of Postgres 14 or newer, such as postgres://user:password@host:5432/name",
  )
  .refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text), "expected a postgres:// URL");

const secretKey = z
  .string("is not set. Needed: 32 bytes as base64 (`openssl rand -base64 32`)")
  .transform((text) => Buffer.from(text, "base64"))
  .refine((key) => key.length === SECRET_KEY_BYTES, "expected 32 bytes as base64");

const folders = z.string().transform((text) => text.split(":").filter((folder) => folder !== ""));
/** `10.0.0.0/8`, `::1`, or the names that Express has for the usual ones. */
function isNetwork(text: string): boolean {
  if (["loopback", "linklocal", "uniquelocal"].includes(text)) return true;
  const [address = "", bits, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

const networks = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== ""),
  )
  .refine(
    (all) => all.every(isNetwork),
    "expected addresses or networks such as 10.0.0.0/8, separated by commas",
  );
const flag = choice(["0", "1"]).transform((value) => value === "1");

export const environmentSchema = z.object({
  PORT: notes(wholeNumber(0, PORT_MAX).default(3100), {
    description:
      "Port of API and console; 0 takes a free one. `npm start` takes the next free one unless this is set",
  }),
  HOST: notes(z.string().default("127.0.0.1"), { description: "Address the API listens on" }),
  EVERTURN_DATA_DIR: notes(z.string().default(".data"), {
    description: "Folder of everything the embedded stack writes",
  }),
  EVERTURN_API_KEY: notes(key().min(16, "expected at least 16 characters").optional(), {
    description: "The first admin key. `npm start` makes one and keeps it in the data folder",
    secret: true,
  }),
  EVERTURN_SECRET_KEY: notes(secretKey, {
    description: "32 bytes as base64: the key of secrets at rest. `npm start` makes one; required otherwise",
    secret: true,
  }),
  EVERTURN_SECRET_KEY_PREVIOUS: notes(secretKey.optional(), {
    description:
      "The secret key before the present one, until `npm run everturn -- rotate-keys` has sealed everything anew",
    secret: true,
  }),
  DATABASE_URL: notes(postgresUrl, {
    description:
      "Postgres 14 or newer, directly or through a pooler of sessions, not of transactions. `npm start` runs its own when this is not set; required otherwise",
    secret: true,
  }),
  EVERTURN_DATABASE_POOL_MAX: notes(wholeNumber(2, 1_000).default(20), {
    description: "Connections to Postgres a process keeps at most, its listener apart",
  }),
  EVERTURN_DATABASE_TIMEOUT_MS: notes(wholeNumber(100, STATEMENT_MAX_MS).default(20_000), {
    description:
      "Longest time a statement may take on Postgres. A lock is waited for half as long, a silent connection up to two seconds longer; after that it counts as an outage, which turns wait out. At most 50 s",
  }),
  TEMPORAL_ADDRESS: notes(z.string().optional(), {
    description:
      "Temporal's frontend, `host:port`. `npm start` runs a dev server when this is not set. All names and files of Temporal's environment configuration count: `TEMPORAL_API_KEY`, `TEMPORAL_TLS_*`, `TEMPORAL_PROFILE`, `TEMPORAL_CONFIG_FILE` …",
    shown_default: "`127.0.0.1:7233`",
  }),
  TEMPORAL_NAMESPACE: notes(z.string().optional(), {
    description: "Temporal namespace; the dev server of `npm start` has only the default one",
    shown_default: "`default`",
  }),
  TEMPORAL_UI_URL: notes(webAddress().optional(), {
    description: "Base of the links into Temporal's Web UI; no links when not set",
  }),
  EVERTURN_TASK_QUEUE: notes(z.string().default("everturn"), { description: "Temporal task queue" }),
  OPENAI_API_KEY: notes(key().optional(), {
    description: "Key of the `openai` provider. Neither key set under `npm start`: the demo model answers",
    secret: true,
  }),
  OPENAI_BASE_URL: notes(webAddress().optional(), { description: "Base URL of the `openai` provider" }),
  OPENAI_API: notes(choice(["responses", "chat_completions"]).optional(), {
    description:
      "Which API of the `openai` provider is called; most compatible servers only have Chat Completions",
    shown_default: "`chat_completions` with a base URL, else `responses`",
  }),
  ANTHROPIC_API_KEY: notes(key().optional(), {
    description: "Key of the `anthropic` provider",
    secret: true,
  }),
  ANTHROPIC_BASE_URL: notes(webAddress().optional(), { description: "Base URL of the `anthropic` provider" }),
  EVERTURN_ALLOW_PRIVATE_PROVIDERS: notes(flag.default(false), {
    description:
      "1: base URLs of model providers made by the API may lead to private and loopback addresses. Those of the environment always may",
    shown_default: "`0`",
  }),
  EVERTURN_DEFAULT_MODEL: notes(z.string().optional(), {
    description: "Model of the first model config, such as `openai/gpt-5` or `anthropic/claude-sonnet-4-5`",
    shown_default: "chosen by provider",
  }),
  EVERTURN_SMALL_MODEL: notes(z.string().optional(), {
    description:
      "Model config that writes titles and turn summaries: its name, its id, or `provider/model`. The chat's own model does when it fails",
    shown_default: "the chat's own",
  }),
  EVERTURN_TITLES: notes(choice(["model", "words"]).default("model"), {
    description:
      "Titles of new chats: `model` (one short call after the first turn), or `words` (the first six of the first message)",
  }),
  EVERTURN_TURN_SUMMARIES: notes(flag.optional(), {
    description: "1: a model sums up each turn in 2 to 5 words for lists of chats, one short call per turn",
    shown_default: "`1` with a small model, else `0`",
  }),
  EVERTURN_COMPACTION_MODEL: notes(z.string().optional(), {
    description: "Model config that summarises long conversations: its id, its name or its model",
    shown_default: "the chat's own",
  }),
  EVERTURN_DEMO_MODEL: notes(flag.default(false), {
    description: "1: the providers' addresses lead to the demo model. Set by `npm start`",
    shown_default: "`0`",
  }),
  EVERTURN_LIVE_BUS: notes(choice(["postgres", "off"]).default("postgres"), {
    description:
      "How live parts travel: `postgres` (NOTIFY), or `off` (readers follow checkpoints: slower, nothing missing)",
  }),
  EVERTURN_TEMPORAL_DETAIL: notes(choice(["full", "ids"]).default("ids"), {
    description:
      "`full`: titles, tool arguments and checkpoint text readable in the Web UI (set by `npm start`); `ids`: names and numbers only, checkpoint text sealed",
  }),
  EVERTURN_CHECKPOINT_MS: notes(milliseconds(10).optional(), {
    description:
      "Longest time between checkpoints by heartbeat while text comes; at most half the heartbeat timeout. With the live bus off they come sooner when few answers are written",
    shown_default: "`1000`, or `200` with the live bus off",
  }),
  EVERTURN_UNWATCHED_CHECKPOINT_MS: notes(milliseconds(10).optional(), {
    description:
      "The same for turns that nobody watches, whose text only a lost worker's successor needs; never rarer than half the heartbeat timeout. Nothing with the live bus off",
    shown_default: "half of `EVERTURN_HEARTBEAT_TIMEOUT_MS`",
  }),
  EVERTURN_HEARTBEAT_TIMEOUT_MS: notes(milliseconds(500).default(5_000), {
    description: "Silence after which Temporal gives an activity up as lost with its worker",
  }),
  EVERTURN_RECONCILE_AFTER_MS: notes(milliseconds(100).default(30_000), {
    description: "A chat running this long without an open workflow is started again",
  }),
  EVERTURN_DEBUG_RUNS: notes(choice(["off", "chats", "all"]).default("chats"), {
    description:
      "Whose model calls are recorded as debug runs, with their HTTP bodies and without secrets, for 30 days: `off`, `chats` (where `debug` was switched on), `all`",
  }),
  EVERTURN_QUEUE_MAX: notes(wholeNumber(1, 1_000).default(20), {
    description: "Queued messages a chat holds at most; more: 429",
  }),
  EVERTURN_WORKSPACES_PER_USER_MAX: notes(wholeNumber(1, 100_000).default(50), {
    description: "Workspaces a user has at most, stopped ones too; more: 409 `too_many_workspaces`",
  }),
  EVERTURN_KEY_REQUESTS_PER_MINUTE: notes(wholeNumber(1, 10_000_000).default(30_000), {
    description: "Requests a minute that an API replica answers for each key; more: 429",
  }),
  EVERTURN_ADDRESS_REQUESTS_PER_MINUTE: notes(wholeNumber(1, 10_000_000).default(60_000), {
    description:
      "The same for each network address, counted before keys are looked at. Behind a proxy set `EVERTURN_TRUSTED_PROXIES`, else everybody has the proxy's address",
  }),
  EVERTURN_WRONG_KEYS_PER_MINUTE: notes(wholeNumber(1, 10_000_000).default(60), {
    description:
      "Unknown API keys a minute that an API replica looks up for each network address; more: 429. Keys that are known go on",
  }),
  EVERTURN_TRUSTED_PROXIES: notes(networks.default([]), {
    description:
      "Addresses and networks of the proxies in front of the API, separated by commas (`loopback`, `uniquelocal`, `10.0.0.0/8`): the client's address is what they say in `X-Forwarded-For`",
    shown_default: "none",
  }),
  EVERTURN_RETRY_BASE_MS: notes(milliseconds(1).default(1_000), {
    description: "First wait after a provider error; doubles up to 60 s",
  }),
  EVERTURN_RETRY_WAIT_MAX_MS: notes(milliseconds(0).default(300_000), {
    description:
      "Waits after provider errors that a step has in all, before its turn ends in `error` and can be regenerated. A Retry-After longer than what is left of it ends the turn at once",
  }),
  EVERTURN_STREAM_SILENCE_MS: notes(milliseconds(100).default(600_000), {
    description: "Silence after which an open provider stream counts as dead",
  }),
  EVERTURN_STREAM_CONTENT_SILENCE_MS: notes(milliseconds(100).default(3_600_000), {
    description:
      "The same for a stream that sends signs of life and no piece of an answer; longer than a model thinks without showing it",
  }),
  EVERTURN_STREAMS_MAX: notes(wholeNumber(1, 1_000_000).default(20_000), {
    description: "Streams (SSE) that an API replica holds open at most; more: 429",
  }),
  EVERTURN_STREAMS_PER_KEY_MAX: notes(wholeNumber(1, 1_000_000).default(10_000), {
    description:
      "The same for one API key. A proxy that serves all its users with one key needs room for all of them",
  }),
  EVERTURN_WORKER_SLOTS: notes(wholeNumber(1, 10_000).default(200), {
    description: "Model calls a worker makes at the same time",
  }),
  EVERTURN_TOOL_SLOTS: notes(wholeNumber(1, 10_000).default(200), {
    description: "Tool calls a worker runs at the same time",
  }),
  EVERTURN_WAIT_SLOTS: notes(wholeNumber(1, 10_000).default(400), {
    description:
      "Tool calls that wait for a workspace to be built, started or stopped, at the same time in a worker",
  }),
  EVERTURN_BUILD_SLOTS: notes(wholeNumber(1, 10_000).default(50), {
    description: "Workspaces a worker builds, starts, stops or deletes at the same time",
  }),
  EVERTURN_PHRASE_SLOTS: notes(wholeNumber(1, 10_000).default(20), {
    description: "Titles and turn summaries a worker writes at the same time",
  }),
  EVERTURN_SHUTDOWN_GRACE_MS: notes(milliseconds(100).default(10_000), {
    description: "Time between SIGTERM and exit for activities to checkpoint and readers to leave",
  }),
  EVERTURN_WORKSPACE_DRIVER: notes(choice(["local", "docker"]).default("local"), {
    description: "Where workspaces run",
  }),
  EVERTURN_WORKSPACES_DIR: notes(z.string().optional(), {
    description:
      "Folder of the `local` driver's workspaces. All workers of a deployment must see the same one; no other deployment may use it",
    shown_default: "`workspaces` in the data folder",
  }),
  EVERTURN_BWRAP_PATH: notes(z.string().optional(), {
    description: "Bubblewrap's program, which confines workspaces of the `local` driver",
    shown_default: "`bwrap` on PATH",
  }),
  EVERTURN_ALLOW_UNSANDBOXED: notes(flag.default(false), {
    description:
      "1: workspaces of the local driver run without a sandbox where none can be had; their commands may then do whatever this process may",
    shown_default: "`0`",
  }),
  EVERTURN_WORKSPACE_BUILD_MS: notes(milliseconds(1_000).default(600_000), {
    description: "Time a build of a workspace has in all: making the place, build commands, start-up script",
  }),
  EVERTURN_AGENT_CONNECT_MS: notes(milliseconds(100).default(120_000), {
    description:
      "Time the agent of a workspace being built has to answer; after it the agent counts as not ready",
  }),
  EVERTURN_TEMPLATES_DIR: notes(z.string().default("templates"), {
    description: "Folder of the workspace templates",
  }),
  EVERTURN_PROJECT_ROOTS: notes(folders.default([]), {
    description:
      "Folders, separated by `:`, below which a chat's `project_path` may lie. `npm start`: the example project",
    shown_default: "none",
  }),
  EVERTURN_FAILPOINT: notes(z.string().optional(), {
    description:
      "Tests only: the process kills itself at this point, `callModel:committed`, or at its third passing, `spill:written:3`",
  }),
  LOG_LEVEL: notes(choice(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"), {
    description: "Logs at this level and above, JSON lines on stdout",
  }),
  METRICS_PORT: notes(wholeNumber(0, PORT_MAX).optional(), {
    description: "Port of a worker's Prometheus page, `/metrics`, which asks for no key",
  }),
  EVERTURN_API_METRICS_PORT: notes(wholeNumber(0, PORT_MAX).optional(), {
    description:
      "The same for an API. At its own `PORT` it has the page, too: for everybody where it listens on loopback, else for admins' keys",
  }),
  METRICS_HOST: notes(z.string().default("127.0.0.1"), {
    description:
      "Address these pages listen on. In a container `0.0.0.0`, since nobody outside reaches its loopback; do not publish the port",
  }),
});

export type Environment = z.infer<typeof environmentSchema>;

/** The notes of one variable, as given above. */
export function notesOf(schema: z.ZodType): VariableNotes {
  const meta = schema.meta();
  return {
    description: meta?.description ?? "",
    ...(typeof meta?.["shown_default"] === "string" && { shown_default: meta["shown_default"] }),
    secret: meta?.["secret"] === true,
  };
}
