// Every environment variable that Everturn reads, by subject, with its meaning and its default.
import { z } from "zod";
import {
  buildId,
  choice,
  flag,
  folders,
  key,
  milliseconds,
  networks,
  postgresUrl,
  secretKey,
  webAddress,
  wholeNumber,
} from "./environment-values.ts";
import { OBJECT_STORE_VARIABLES } from "./object-store-variables.ts";
import { SIGN_IN_VARIABLES } from "./sign-in-variables.ts";
import { notes, type VariableNotes } from "./variable-notes.ts";

const PORT_MAX = 65_535;
// A local activity may take a minute (workflows/activity-options.ts) and must not end before the statement does.
const STATEMENT_MAX_MS = 50_000;

/** The variables by subject, in the order of docs/configuration.md. */
export const ENVIRONMENT_SUBJECTS = {
  "The server": {
    PORT: notes(wholeNumber(0, PORT_MAX).default(3100), {
      description:
        "Port of the API; 0 takes a free one. If it is not set, `npm start` takes the next free one",
    }),
    HOST: notes(z.string().default("127.0.0.1"), { description: "Address that the API listens on" }),
    EVERTURN_CONSOLE: notes(choice(["on", "off"]).default("on"), {
      description: "`off`: the API serves no console at `/`, and `npm start` builds none",
    }),
    EVERTURN_TRUSTED_PROXIES: notes(networks.default([]), {
      description:
        "Addresses and networks of the proxies in front of the API, separated by commas (`loopback`, `uniquelocal`, `10.0.0.0/8`). Everturn believes what they say about the client's address in `X-Forwarded-For`",
      shown_default: "none",
    }),
    EVERTURN_SHUTDOWN_GRACE_MS: notes(milliseconds(100).default(10_000), {
      description: "Time between SIGTERM and exit, in which activities save a checkpoint and readers leave",
    }),
    EVERTURN_DATA_DIR: notes(z.string().default(".data"), {
      description: "Folder for everything that the embedded stack writes",
    }),
  },
  "Keys and secrets": {
    EVERTURN_API_KEY: notes(key().min(16, "expected at least 16 characters").optional(), {
      description: "The first admin key. `npm start` creates one and keeps it in the data folder",
      secret: true,
    }),
    EVERTURN_SECRET_KEY: notes(secretKey, {
      description: "The key that encrypts secrets at rest: 32 bytes as base64. `npm start` creates one",
      secret: true,
    }),
    EVERTURN_SECRET_KEY_PREVIOUS: notes(secretKey.optional(), {
      description:
        "The secret key before the present one, while you change it: docs/operations.md says in which steps",
      secret: true,
    }),
  },
  "Signing in": SIGN_IN_VARIABLES,
  Postgres: {
    DATABASE_URL: notes(postgresUrl, {
      description:
        "Postgres 14 or newer, directly or through a session pooler, not a transaction pooler. `npm start` runs its own Postgres if this is not set",
      secret: true,
    }),
    EVERTURN_DATABASE_POOL_MAX: notes(wholeNumber(2, 1_000).default(20), {
      description: "Most connections to Postgres that a process keeps open, not counting its listener",
    }),
    EVERTURN_DATABASE_TIMEOUT_MS: notes(wholeNumber(100, STATEMENT_MAX_MS).default(20_000), {
      description:
        "Longest time for a statement on Postgres; at most 50 s. Everturn waits half as long for a lock, and up to two seconds longer for a silent connection. After that it treats the failure as an outage, which turns wait out",
    }),
  },
  Temporal: {
    TEMPORAL_ADDRESS: notes(z.string().optional(), {
      description:
        "Temporal's frontend, `host:port`. `npm start` runs a dev server if this is not set. All names and files of Temporal's environment configuration work: `TEMPORAL_API_KEY`, `TEMPORAL_TLS_*`, `TEMPORAL_PROFILE`, `TEMPORAL_CONFIG_FILE` …",
      shown_default: "`127.0.0.1:7233`",
    }),
    TEMPORAL_NAMESPACE: notes(z.string().optional(), {
      description: "Temporal namespace. The dev server of `npm start` has only the default one",
      shown_default: "`default`",
    }),
    TEMPORAL_UI_URL: notes(webAddress().optional(), {
      description: "Address of Temporal's Web UI, for the links to it. Without it there are no links",
    }),
    EVERTURN_TEMPORAL_DETAIL: notes(choice(["full", "ids"]).default("ids"), {
      description:
        "What the Web UI shows. `full`: titles, tool arguments and the text of checkpoints (`npm start` sets it). `ids`: names and numbers only; checkpoints are encrypted",
    }),
    EVERTURN_TASK_QUEUE: notes(z.string().default("everturn"), {
      description: "Temporal task queue of the turns; the other queues take their names from it",
    }),
  },
  "Model providers": {
    OPENAI_API_KEY: notes(key().optional(), {
      description:
        "Key of the `openai` provider. If neither this nor `ANTHROPIC_API_KEY` is set, `npm start` uses the demo model",
      secret: true,
    }),
    OPENAI_BASE_URL: notes(webAddress().optional(), { description: "Base URL of the `openai` provider" }),
    OPENAI_API: notes(choice(["responses", "chat_completions"]).optional(), {
      description: "API of the `openai` provider. Most compatible servers support only Chat Completions",
      shown_default: "`chat_completions` with a base URL, else `responses`",
    }),
    ANTHROPIC_API_KEY: notes(key().optional(), {
      description: "Key of the `anthropic` provider",
      secret: true,
    }),
    ANTHROPIC_BASE_URL: notes(webAddress().optional(), {
      description: "Base URL of the `anthropic` provider",
    }),
    EVERTURN_ALLOW_PRIVATE_PROVIDERS: notes(flag.default(false), {
      description:
        "1: model providers created by API may have private and loopback addresses. Those of the environment always may",
      shown_default: "`0`",
    }),
    EVERTURN_ALLOW_PRIVATE_MCP: notes(flag.default(false), {
      description:
        "1: MCP servers may have private and loopback addresses. With the demo model, `npm start` sets it",
      shown_default: "`0`",
    }),
    EVERTURN_MCP_STDIO: notes(flag.default(false), {
      description:
        "1: admins may add MCP servers that are programs, which run beside the worker as its user. Whoever has an admin's key can then run any program there",
      shown_default: "`0`",
    }),
    EVERTURN_FETCH_URL: notes(flag.default(false), {
      description: "1: agents have `fetch_url` and may get web pages from wherever the worker can connect to",
      shown_default: "`0`",
    }),
    EVERTURN_ALLOW_PRIVATE_FETCH: notes(flag.default(false), {
      description: "1: `fetch_url` may go to private and loopback addresses, too",
      shown_default: "`0`",
    }),
    EVERTURN_DEMO_MODEL: notes(flag.default(false), {
      description: "1: the providers' addresses lead to the demo model. `npm start` sets it",
      shown_default: "`0`",
    }),
  },
  Models: {
    EVERTURN_DEFAULT_MODEL: notes(z.string().optional(), {
      description: "Model of the first model config, such as `openai/gpt-5` or `anthropic/claude-sonnet-4-5`",
      shown_default: "chosen by provider",
    }),
    EVERTURN_SMALL_MODEL: notes(z.string().optional(), {
      description:
        "Model config that writes titles and turn summaries: its name, its id, or `provider/model`. If it fails, the chat's own model does it",
      shown_default: "the chat's own",
    }),
    EVERTURN_ADVISOR_MODEL: notes(z.string().optional(), {
      description:
        "Model config that agents may ask about their plans: its name, its id, or `provider/model`. Without it they have no `advisor`",
      shown_default: "none",
    }),
    EVERTURN_TITLES: notes(choice(["model", "words"]).default("model"), {
      description:
        "How new chats get their titles: `model` (a short call after the first turn) or `words` (the first six words of the first message)",
    }),
    EVERTURN_TURN_SUMMARIES: notes(flag.optional(), {
      description:
        "1: a model sums up each turn in 2 to 5 words for lists of chats, with one short call per turn",
      shown_default: "`1` with a small model, else `0`",
    }),
    EVERTURN_COMPACTION_MODEL: notes(z.string().optional(), {
      description: "Model config that summarises long chats: its id, its name or its model",
      shown_default: "the chat's own",
    }),
  },
  "Retries and silent streams": {
    EVERTURN_RETRY_BASE_MS: notes(milliseconds(1).default(1_000), {
      description: "First wait after a provider error; doubles up to 60 s",
    }),
    EVERTURN_RETRY_WAIT_MAX_MS: notes(milliseconds(0).default(300_000), {
      description:
        "Longest time that a step waits after provider errors in all. Then its turn ends in `error` and can be regenerated. A Retry-After that does not fit into the rest of this time ends the turn at once",
    }),
    EVERTURN_STREAM_SILENCE_MS: notes(milliseconds(100).default(600_000), {
      description: "Silence after which an open stream of a provider counts as dead",
    }),
    EVERTURN_STREAM_CONTENT_SILENCE_MS: notes(milliseconds(100).default(3_600_000), {
      description:
        "The same for a stream that sends keep-alives but nothing of an answer. Set it longer than a model thinks without showing it",
    }),
  },
  "Workspaces and project folders": {
    EVERTURN_WORKSPACE_DRIVER: notes(choice(["local", "docker"]).default("local"), {
      description: "Where workspaces run: `local` (a sandbox on this machine) or `docker` (a container)",
    }),
    EVERTURN_AGENT_NODE_IMAGE: notes(z.string().min(1).default("node:24.21.0-bookworm-slim"), {
      description:
        "Image from which the `docker` driver copies Node for the agents in workspaces (`/usr/local/bin/node`). The engine pulls it once and never runs it",
    }),
    EVERTURN_WORKSPACES_DIR: notes(z.string().optional(), {
      description:
        "Folder of the `local` driver's workspaces. All workers of a deployment must see the same folder, and no other deployment may use it",
      shown_default: "`workspaces` in the data folder",
    }),
    EVERTURN_TEMPLATES_DIR: notes(z.string().default("templates"), {
      description: "Folder of the workspace templates",
    }),
    EVERTURN_SKILLS_DIR: notes(z.string().optional(), {
      description:
        "Folder of skills (Agent Skills format, one folder each) for all chats; API and workers must see the same files",
      shown_default: "none",
    }),
    EVERTURN_TOOLS_DIR: notes(z.string().min(1).optional(), {
      description:
        "Folder of modules with tools of your own. They are loaded when a worker starts, and run with the worker's rights; all workers should see the same files",
      shown_default: "none",
    }),
    EVERTURN_BWRAP_PATH: notes(z.string().optional(), {
      description: "The bubblewrap program, which runs workspaces of the `local` driver in a sandbox",
      shown_default: "`bwrap` on PATH",
    }),
    EVERTURN_ALLOW_UNSANDBOXED: notes(flag.default(false), {
      description:
        "1: if there is no sandbox, workspaces of the `local` driver run without one. Their commands may then do whatever the worker may do",
      shown_default: "`0`",
    }),
    EVERTURN_WORKSPACE_BUILD_MS: notes(milliseconds(1_000).default(600_000), {
      description:
        "Longest time to build a workspace: creating it, build commands and start-up script together",
    }),
    EVERTURN_AGENT_CONNECT_MS: notes(milliseconds(100).default(120_000), {
      description:
        "Longest time that the agent of a new workspace may take to answer; after that it counts as not ready",
    }),
    EVERTURN_PROJECT_ROOTS: notes(folders.default([]), {
      description:
        "Folders, separated by `:`, that may contain a chat's `project_path`. `npm start` sets it to the example project",
      shown_default: "none",
    }),
  },
  "An object store for files": OBJECT_STORE_VARIABLES,
  Limits: {
    EVERTURN_QUEUE_MAX: notes(wholeNumber(1, 1_000).default(20), {
      description: "Most queued messages of a chat; beyond that 429 `queue_full`",
    }),
    EVERTURN_WORKSPACES_PER_USER_MAX: notes(wholeNumber(1, 100_000).default(50), {
      description: "Most workspaces of a user, including stopped ones; beyond that 409 `too_many_workspaces`",
    }),
    EVERTURN_TERMINALS_PER_WORKSPACE_MAX: notes(wholeNumber(0, 40).default(8), {
      description: "Most open terminals of a workspace; beyond that 409 `too_many`. 0: none can be opened",
    }),
    // Readers say every half minute that they are there.
    EVERTURN_TERMINAL_IDLE_MS: notes(milliseconds(60_000).default(30 * 60_000), {
      description: "A terminal that nobody has typed in or looked at for so long is ended; at least a minute",
    }),
    EVERTURN_FILES_PER_USER_MIB: notes(wholeNumber(1, 10_000_000).default(1_024), {
      description: "Most MiB that the files of a user have together; beyond that 409 `file_quota_reached`",
    }),
    EVERTURN_KEY_REQUESTS_PER_MINUTE: notes(wholeNumber(1, 10_000_000).default(30_000), {
      description:
        "Requests per minute that an API replica answers for each key, session and link of a shared chat; beyond that 429",
    }),
    EVERTURN_ADDRESS_REQUESTS_PER_MINUTE: notes(wholeNumber(1, 10_000_000).default(60_000), {
      description:
        "The same for each network address, counted before the key is looked up. Behind a proxy set `EVERTURN_TRUSTED_PROXIES`, or everybody has the proxy's address",
    }),
    EVERTURN_WRONG_KEYS_PER_MINUTE: notes(wholeNumber(1, 10_000_000).default(60), {
      description:
        "Unknown API keys per minute that an API replica looks up for each network address; beyond that 429. Known keys keep working",
    }),
    EVERTURN_STREAMS_MAX: notes(wholeNumber(1, 1_000_000).default(20_000), {
      description: "Most streams (SSE) that an API replica keeps open; beyond that 429 `too_many_streams`",
    }),
    EVERTURN_STREAMS_PER_KEY_MAX: notes(wholeNumber(1, 1_000_000).default(10_000), {
      description:
        "The same for one API key. A proxy that serves all its users with one key needs room for all of them",
    }),
    EVERTURN_STREAMS_PER_USER_MAX: notes(wholeNumber(1, 1_000_000).default(10_000), {
      description: "The same for one user, with all keys and sessions together",
    }),
  },
  "Work of a worker at the same time": {
    EVERTURN_WORKER_SLOTS: notes(wholeNumber(1, 10_000).default(200), {
      description: "Model calls",
    }),
    EVERTURN_TOOL_SLOTS: notes(wholeNumber(1, 10_000).default(200), {
      description: "Tool calls",
    }),
    EVERTURN_WAIT_SLOTS: notes(wholeNumber(1, 10_000).default(400), {
      description: "Tool calls that wait for a workspace to be built, started or stopped",
    }),
    EVERTURN_BUILD_SLOTS: notes(wholeNumber(1, 10_000).default(50), {
      description: "Workspaces that are built, started, stopped or deleted",
    }),
    EVERTURN_PHRASE_SLOTS: notes(wholeNumber(1, 10_000).default(20), {
      description: "Titles and turn summaries that are written",
    }),
    EVERTURN_TERMINAL_SLOTS: notes(wholeNumber(1, 10_000).default(100), {
      description: "Terminals that are open",
    }),
  },
  "Versions of the worker": {
    EVERTURN_BUILD_ID: notes(buildId.optional(), {
      description:
        "Name of the worker's build; workers with one use Temporal's Worker Deployment Versioning, and turns stay with the build that began them. `auto`: made from the sources, as `npm run everturn -- build-id` prints it",
      shown_default: "no versions",
    }),
    EVERTURN_BUILD_CURRENT: notes(choice(["auto", "always", "manual"]).default("auto"), {
      description:
        "When a worker that starts makes its build current: `auto` (if the build was first seen or promoted last), `always` (`npm start` sets it), or `manual` (only `npm run everturn -- workers promote` does)",
    }),
    EVERTURN_BUILD_LOST_MS: notes(milliseconds(3_000).default(30_000), {
      description:
        "A build whose workers were not seen for this long has none left: its turns are begun again on the current build",
    }),
  },
  "Live streams and checkpoints": {
    EVERTURN_LIVE_BUS: notes(choice(["postgres", "off"]).default("postgres"), {
      description:
        "How live parts reach readers: `postgres` (NOTIFY), or `off` (readers follow checkpoints: slower, but nothing is missing)",
    }),
    EVERTURN_CHECKPOINT_MS: notes(milliseconds(10).optional(), {
      description:
        "Longest time between two checkpoints while text arrives; at most half the heartbeat timeout. With the live bus off they come sooner when few answers are being written",
      shown_default: "`1000`, or `200` with the live bus off",
    }),
    EVERTURN_UNWATCHED_CHECKPOINT_MS: notes(milliseconds(10).optional(), {
      description:
        "The same for turns that nobody watches: only the next worker needs their checkpoints. At most half the heartbeat timeout. No effect with the live bus off",
      shown_default: "half of `EVERTURN_HEARTBEAT_TIMEOUT_MS`",
    }),
    EVERTURN_HEARTBEAT_TIMEOUT_MS: notes(milliseconds(500).default(5_000), {
      description:
        "Silence after which Temporal considers a worker lost and gives its activity to another one. It is for workers that are frozen or cut off: one that dies is noticed within half a second",
    }),
    EVERTURN_RECONCILE_AFTER_MS: notes(milliseconds(100).default(30_000), {
      description: "A chat that has been running for this long without an open workflow is started again",
    }),
  },
  "Logs, metrics and debugging": {
    LOG_LEVEL: notes(choice(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"), {
      description: "Lowest level that is logged, as JSON lines on stdout",
    }),
    METRICS_PORT: notes(wholeNumber(0, PORT_MAX).optional(), {
      description: "Port of a worker's metrics, `/metrics`. It asks for no key",
    }),
    EVERTURN_API_METRICS_PORT: notes(wholeNumber(0, PORT_MAX).optional(), {
      description:
        "The same for an API. The API's own `PORT` has `/metrics`, too: for everybody if it listens on loopback, otherwise for admins",
    }),
    METRICS_HOST: notes(z.string().default("127.0.0.1"), {
      description:
        "Address that these two ports listen on. In a container use `0.0.0.0`, because nobody outside reaches its loopback; do not publish the ports",
    }),
    EVERTURN_DEBUG_RUNS: notes(choice(["off", "chats", "all"]).default("chats"), {
      description:
        "Whose model calls are recorded as debug runs, with HTTP bodies and without secrets, for 30 days: `off`, `chats` (those with `debug` switched on), `all`",
    }),
    EVERTURN_FAILPOINT: notes(z.string().optional(), {
      description:
        "For tests: the process kills itself at this point, such as `callModel:committed`, or when it passes for the third time, `spill:written:3`; with `freeze:` before the name it stops there by SIGSTOP. `file:` and a path: the point is read from the file each time that one is passed, so that a test can choose it while the process runs",
    }),
  },
} as const;

export const environmentSchema = z.object({
  ...ENVIRONMENT_SUBJECTS["The server"],
  ...ENVIRONMENT_SUBJECTS["Keys and secrets"],
  ...SIGN_IN_VARIABLES,
  ...ENVIRONMENT_SUBJECTS.Postgres,
  ...ENVIRONMENT_SUBJECTS.Temporal,
  ...ENVIRONMENT_SUBJECTS["Model providers"],
  ...ENVIRONMENT_SUBJECTS.Models,
  ...ENVIRONMENT_SUBJECTS["Retries and silent streams"],
  ...ENVIRONMENT_SUBJECTS["Workspaces and project folders"],
  ...OBJECT_STORE_VARIABLES,
  ...ENVIRONMENT_SUBJECTS.Limits,
  ...ENVIRONMENT_SUBJECTS["Work of a worker at the same time"],
  ...ENVIRONMENT_SUBJECTS["Versions of the worker"],
  ...ENVIRONMENT_SUBJECTS["Live streams and checkpoints"],
  ...ENVIRONMENT_SUBJECTS["Logs, metrics and debugging"],
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
