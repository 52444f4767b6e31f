// Parses the environment once and returns it as a value.
import { type Environment, environmentSchema, notesOf } from "./environment.ts";
import { faultsOfObjectStore, objectStoreConfig } from "./object-store-variables.ts";
import { faultsOfSignIn, signInConfig } from "./sign-in-config.ts";

const CHECKPOINT_DEFAULT_MS = 1_000;
// Without the live bus, readers see only checkpoints, so they come more often.
const CHECKPOINT_WITHOUT_BUS_DEFAULT_MS = 200;

/** One thing wrong with the environment. */
export interface ConfigFault {
  readonly variable: string;
  readonly problem: string;
}

/** The environment cannot be used. Names every fault at once, but never the value of a secret. */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
    const lines = faults.map((fault) => `  ${fault.variable} ${fault.problem}`);
    super(`The environment has ${count}:\n${lines.join("\n")}\nAll variables: docs/configuration.md`);
    this.name = "ConfigError";
    this.faults = faults;
  }
}

export type Config = ReturnType<typeof toConfig>;

/**
 * Parses the environment. Empty variables count as not set.
 * @throws ConfigError names every fault
 */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const filled = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(filled);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => describeFault(String(issue.path[0]), issue.message, filled)),
    );
  }
  const config = toConfig(parsed.data, filled);
  const faults = contradictions(config);
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function describeFault(variable: string, message: string, environment: NodeJS.ProcessEnv): ConfigFault {
  const value = environment[variable];
  if (value === undefined) return { variable, problem: message };
  const schema = environmentSchema.shape[variable as keyof typeof environmentSchema.shape];
  const shown = notesOf(schema).secret ? "" : `, got ${JSON.stringify(value)}`;
  return { variable, problem: `is wrong: ${message}${shown}` };
}

function contradictions(config: Config): ConfigFault[] {
  const half = config.heartbeatTimeoutMs / 2;
  const faults = [...faultsOfSignIn(config.signIn), ...faultsOfObjectStore(config.files.objectStore)];
  // If checkpoints were rarer than this, one late heartbeat could make Temporal give up a healthy activity.
  if (config.checkpointMs <= half) return faults;
  return [
    ...faults,
    {
      variable: "EVERTURN_CHECKPOINT_MS",
      problem: `is more than half of EVERTURN_HEARTBEAT_TIMEOUT_MS (${half})`,
    },
  ];
}

function defaultCheckpointMs(environment: Environment): number {
  const usual =
    environment.EVERTURN_LIVE_BUS === "off" ? CHECKPOINT_WITHOUT_BUS_DEFAULT_MS : CHECKPOINT_DEFAULT_MS;
  return Math.min(usual, Math.floor(environment.EVERTURN_HEARTBEAT_TIMEOUT_MS / 2));
}

function fetchUrlConfig(environment: Environment) {
  const setting = "EVERTURN_ALLOW_PRIVATE_FETCH";
  return {
    isOn: environment.EVERTURN_FETCH_URL,
    addressRules: { allowPrivate: environment[setting], setting },
  };
}

function toConfig(environment: Environment, raw: NodeJS.ProcessEnv) {
  return {
    port: environment.PORT,
    host: environment.HOST,
    hasConsole: environment.EVERTURN_CONSOLE === "on",
    consoleUrl: consoleUrl(environment),
    dataDir: environment.EVERTURN_DATA_DIR,
    apiKey: environment.EVERTURN_API_KEY,
    secretKey: environment.EVERTURN_SECRET_KEY,
    secretKeyPrevious: environment.EVERTURN_SECRET_KEY_PREVIOUS,
    allowPrivateProviders: environment.EVERTURN_ALLOW_PRIVATE_PROVIDERS,
    mcp: {
      addressRules: {
        allowPrivate: environment.EVERTURN_ALLOW_PRIVATE_MCP,
        setting: "EVERTURN_ALLOW_PRIVATE_MCP",
      },
      allowStdio: environment.EVERTURN_MCP_STDIO,
    },
    fetchUrl: fetchUrlConfig(environment),
    databaseUrl: environment.DATABASE_URL,
    databasePoolMax: environment.EVERTURN_DATABASE_POOL_MAX,
    databaseTimeoutMs: environment.EVERTURN_DATABASE_TIMEOUT_MS,
    /** Variables of Temporal's own environment configuration; `connectTemporal` passes them on unchanged. */
    temporalEnvironment: temporalEnvironment(raw),
    temporalUiUrl: environment.TEMPORAL_UI_URL,
    taskQueue: environment.EVERTURN_TASK_QUEUE,
    ...modelConfig(environment),
    liveBus: environment.EVERTURN_LIVE_BUS,
    temporalDetail: environment.EVERTURN_TEMPORAL_DETAIL,
    checkpointMs: environment.EVERTURN_CHECKPOINT_MS ?? defaultCheckpointMs(environment),
    unwatchedCheckpointMs:
      environment.EVERTURN_UNWATCHED_CHECKPOINT_MS ??
      Math.floor(environment.EVERTURN_HEARTBEAT_TIMEOUT_MS / 2),
    heartbeatTimeoutMs: environment.EVERTURN_HEARTBEAT_TIMEOUT_MS,
    reconcileAfterMs: environment.EVERTURN_RECONCILE_AFTER_MS,
    debugRuns: environment.EVERTURN_DEBUG_RUNS,
    queuedMessagesMax: environment.EVERTURN_QUEUE_MAX,
    rateLimits: rateLimits(environment),
    trustedProxies: environment.EVERTURN_TRUSTED_PROXIES as readonly string[],
    signIn: signInConfig(environment),
    retryBaseMs: environment.EVERTURN_RETRY_BASE_MS,
    retryWaitMaxMs: environment.EVERTURN_RETRY_WAIT_MAX_MS,
    streamSilenceMs: environment.EVERTURN_STREAM_SILENCE_MS,
    streamsMax: environment.EVERTURN_STREAMS_MAX,
    streamsPerKeyMax: environment.EVERTURN_STREAMS_PER_KEY_MAX,
    streamsPerUserMax: environment.EVERTURN_STREAMS_PER_USER_MAX,
    streamContentSilenceMs: environment.EVERTURN_STREAM_CONTENT_SILENCE_MS,
    workerSlots: environment.EVERTURN_WORKER_SLOTS,
    /** Slots of the task queues beside the turns' own. */
    sideSlots: {
      tools: environment.EVERTURN_TOOL_SLOTS,
      waits: environment.EVERTURN_WAIT_SLOTS,
      builds: environment.EVERTURN_BUILD_SLOTS,
      phrases: environment.EVERTURN_PHRASE_SLOTS,
      terminals: environment.EVERTURN_TERMINAL_SLOTS,
    },
    buildId: environment.EVERTURN_BUILD_ID,
    buildCurrent: environment.EVERTURN_BUILD_CURRENT,
    buildLostMs: environment.EVERTURN_BUILD_LOST_MS,
    shutdownGraceMs: environment.EVERTURN_SHUTDOWN_GRACE_MS,
    ...workspaceConfig(environment),
    projectRoots: environment.EVERTURN_PROJECT_ROOTS as readonly string[],
    failpoint: environment.EVERTURN_FAILPOINT,
    logLevel: environment.LOG_LEVEL,
    metricsPort: environment.METRICS_PORT,
    apiMetricsPort: environment.EVERTURN_API_METRICS_PORT,
    metricsHost: environment.METRICS_HOST,
  } as const;
}

/** Where people open the console, as far as it can be known; null: there is none, or only its proxy knows. */
function consoleUrl(environment: Environment): string | null {
  const { EVERTURN_CONSOLE, EVERTURN_PUBLIC_URL, HOST, PORT } = environment;
  if (EVERTURN_CONSOLE === "off") return null;
  if (EVERTURN_PUBLIC_URL !== undefined) return EVERTURN_PUBLIC_URL;
  return PORT !== 0 && (HOST === "127.0.0.1" || HOST === "localhost") ? `http://${HOST}:${PORT}` : null;
}

function rateLimits(environment: Environment) {
  return {
    requestsPerMinuteMax: environment.EVERTURN_KEY_REQUESTS_PER_MINUTE,
    addressRequestsPerMinuteMax: environment.EVERTURN_ADDRESS_REQUESTS_PER_MINUTE,
    wrongKeysPerMinuteMax: environment.EVERTURN_WRONG_KEYS_PER_MINUTE,
  };
}

/** Which models answer, and for what. */
function modelConfig(environment: Environment) {
  return {
    openai: {
      apiKey: environment.OPENAI_API_KEY,
      baseUrl: environment.OPENAI_BASE_URL,
      api: environment.OPENAI_API ?? defaultOpenAiApi(environment),
    },
    anthropic: { apiKey: environment.ANTHROPIC_API_KEY, baseUrl: environment.ANTHROPIC_BASE_URL },
    defaultModel: environment.EVERTURN_DEFAULT_MODEL,
    smallModel: environment.EVERTURN_SMALL_MODEL,
    advisorModel: environment.EVERTURN_ADVISOR_MODEL,
    titles: environment.EVERTURN_TITLES,
    // A call per turn is worth its price if the model was chosen because it is cheap.
    turnSummaries: environment.EVERTURN_TURN_SUMMARIES ?? environment.EVERTURN_SMALL_MODEL !== undefined,
    compactionModel: environment.EVERTURN_COMPACTION_MODEL,
    demoModel: environment.EVERTURN_DEMO_MODEL,
  } as const;
}

function workspaceConfig(environment: Environment) {
  return {
    workspacesPerUserMax: environment.EVERTURN_WORKSPACES_PER_USER_MAX,
    terminalsPerWorkspaceMax: environment.EVERTURN_TERMINALS_PER_WORKSPACE_MAX,
    terminalIdleMs: environment.EVERTURN_TERMINAL_IDLE_MS,
    files: {
      bytesPerUserMax: environment.EVERTURN_FILES_PER_USER_MIB * 1024 ** 2,
      objectStore: objectStoreConfig(environment),
    },
    workspaceDriver: environment.EVERTURN_WORKSPACE_DRIVER,
    agentNodeImage: environment.EVERTURN_AGENT_NODE_IMAGE,
    workspacesDir: environment.EVERTURN_WORKSPACES_DIR ?? `${environment.EVERTURN_DATA_DIR}/workspaces`,
    bwrapPath: environment.EVERTURN_BWRAP_PATH,
    allowUnsandboxed: environment.EVERTURN_ALLOW_UNSANDBOXED,
    workspaceBuildMs: environment.EVERTURN_WORKSPACE_BUILD_MS,
    agentConnectMs: environment.EVERTURN_AGENT_CONNECT_MS,
    templatesDir: environment.EVERTURN_TEMPLATES_DIR,
    skillsDir: environment.EVERTURN_SKILLS_DIR,
    toolsDir: environment.EVERTURN_TOOLS_DIR,
  } as const;
}

/** Your own address is nearly always a compatible server. The demo model speaks both. */
function defaultOpenAiApi(environment: Environment): "responses" | "chat_completions" {
  const isOwn = environment.OPENAI_BASE_URL !== undefined && !environment.EVERTURN_DEMO_MODEL;
  return isOwn ? "chat_completions" : "responses";
}

function temporalEnvironment(raw: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    // Temporal's configuration file is looked for in the home folders.
    const counts = name.startsWith("TEMPORAL_") || name === "HOME" || name === "XDG_CONFIG_HOME";
    if (counts && value !== undefined) picked[name] = value;
  }
  return picked;
}
