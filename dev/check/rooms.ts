// Which folder may import which, as data. Data flows one way: api → workflows → activities → models, tools, workspaces, store.

/** A target is a folder ("core"), or a single file of it ("workflows/contract.ts"). */
export interface Room {
  /** Targets whose values and types may be imported; a room may always import itself. "everything" = composition root. */
  readonly imports: readonly string[] | "everything";
  /** Targets of which only types may be imported: erased before anything runs, so they couple no code. */
  readonly typesOf?: readonly string[];
  /** npm packages; absent = any (subject to `packageOwners`). Node's modules count as packages; "node:" stands for all of them. */
  readonly packages?: readonly string[];
}

/** A folder, or a folder in a folder, which is then a room of its own. */
export const rooms: Readonly<Record<string, Room>> = {
  // Pure: the same code decides in workflow, activity and API, so it may touch neither I/O nor a package.
  core: { imports: [], packages: [] },
  // Runs in Temporal's deterministic sandbox: whatever is imported here is bundled into it and replayed.
  workflows: {
    imports: ["core"],
    typesOf: ["activities/contract.ts"],
    // common has what both sides of a start name (search attribute keys), and is made for the sandbox too.
    packages: ["@temporalio/workflow", "@temporalio/common"],
  },
  activities: { imports: ["core", "store", "models", "tools", "workspaces", "platform"] },
  models: { imports: ["core", "platform"] },
  // Tools talk to the workspace agent only, so that every driver behaves alike.
  // Its file part alone also runs in the worker, for a chat's project folder.
  tools: { imports: ["core", "platform", "workspaces/agent/api.ts", "workspaces/agent/files"] },
  // Calls MCP servers. It reads and keeps sign-ins by the store's functions.
  mcp: {
    imports: [
      "core",
      "platform",
      "store",
      "tools/tool.ts",
      "tools/tool-error.ts",
      "workspaces/agent/api.ts",
      "package.json",
    ],
  },
  // Bundled into one file that runs in workspaces: it carries along whatever it imports.
  "workspaces/agent": {
    imports: ["core", "platform/system-processes.ts"],
    packages: ["node:", "zod"],
  },
  workspaces: { imports: ["core", "platform"] },
  store: { imports: ["core", "platform"] },
  // What was committed is told to Temporal, from the API at once and from the worker's loops when that failed. Workflows are
  // known by their names and payloads alone: their code never runs here.
  delivery: {
    imports: ["core", "store", "platform", "workflows/contract.ts", "workflows/search-attributes.ts"],
  },
  // The API knows workflows by names, attributes and payload types alone: their code never runs in its process.
  api: {
    imports: [
      "core",
      "store",
      "delivery",
      "platform",
      "workflows/contract.ts",
      "workflows/search-attributes.ts",
      "package.json",
    ],
  },
  platform: { imports: [] },
  dev: { imports: ["platform"] },
  // For strangers and for us: speaks the public API from browsers and from Node, with the reducer of core/stream.
  client: { imports: ["core"], packages: ["eventsource-parser", "react"] },
  // A page for the browser. It reaches the server by the client alone.
  console: { imports: ["client", "core"] },
  // Scripts of the containers: they run before, and beside, everything else.
  deploy: { imports: [], packages: [] },
  worker: { imports: "everything" },
  cli: { imports: "everything" },
  bench: { imports: "everything" },
  test: { imports: "everything" },
};

/**
 * Floors: inside a room (or the folder of its sources), which folder may import which other folders of the room. Files at a room's top are its port and its
 * composition: each floor may import them, and they may import each floor. A folder that is missing here is a fault. Tests are
 * free.
 */
export const floors: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  core: {
    access: [],
    part: [],
    text: ["part"],
    plan: ["part"],
    output: ["part"],
    tool: ["part", "plan"],
    chat: ["output", "part", "plan", "text", "tool"],
    stream: ["chat", "part", "text"],
    prompt: ["chat", "part", "text"],
    usage: ["chat"],
    workspace: ["part", "text"],
    file: ["chat"],
    agents: ["chat", "part", "text"],
  },
  // Rows first, then what changes a chat's state, then what people ask for.
  store: {
    usage: [],
    debug: [],
    presence: [],
    access: ["presence"],
    row: ["usage"],
    file: ["row"],
    model: ["access", "presence"],
    outbox: ["row"],
    stream: ["row"],
    turn: ["row", "usage", "model", "outbox"],
    description: ["turn", "usage", "model"],
    workspace: ["row", "turn", "access"],
    chat: [
      "row",
      "turn",
      "usage",
      "model",
      "outbox",
      "stream",
      "debug",
      "access",
      "workspace",
      "file",
      "presence",
    ],
  },
  activities: {
    debug: [],
    stream: [],
    provider: [],
    file: [],
    attempt: ["debug", "stream"],
    context: [],
    compaction: ["attempt", "stream"],
    phrase: ["attempt", "debug", "stream"],
    workspace: ["attempt"],
    "chat-workspace": ["attempt"],
  },
  models: {
    http: [],
    recording: ["http"],
    quirks: ["http"],
    errors: ["http", "quirks", "recording"],
    prompt: ["http", "quirks"],
    stream: ["errors", "http", "prompt", "recording"],
    anthropic: ["errors", "http", "prompt", "quirks", "stream"],
    "openai-chat": ["errors", "http", "prompt", "quirks", "stream"],
    "openai-responses": ["errors", "http", "prompt", "quirks", "stream"],
  },
  tools: {
    args: [],
    agents: [],
    workspace: [],
    files: ["workspace"],
    processes: ["files", "workspace"],
    context: ["files"],
    skills: ["context", "files", "workspace"],
    own: ["args"],
  },
  mcp: {
    connection: [],
    oauth: ["connection"],
    discovery: [],
    pool: ["connection", "discovery"],
    tools: ["connection", "discovery", "pool"],
  },
  "cli/chat": {
    text: [],
    input: ["text"],
    show: ["text"],
    talk: ["input", "show", "text"],
  },
  client: {
    http: [],
    stream: ["http"],
    store: ["http", "stream"],
    resources: ["http", "store", "stream"],
    react: ["store"],
  },
  api: {
    schemas: [],
    http: ["schemas"],
    start: ["http", "sign-in", "streams"],
    streams: ["http", "schemas"],
    "sign-in": ["http"],
    routes: ["http", "schemas", "sign-in", "streams"],
    "ai-sdk": ["http", "routes", "schemas", "streams"],
  },
  // What pages share first, then the chat, then the pages and the frame around them.
  "console/src": {
    styles: [],
    ui: ["styles"],
    state: ["ui"],
    chat: ["state", "styles", "ui"],
    pages: ["chat", "state", "styles", "ui"],
    shell: ["chat", "state", "styles", "ui"],
  },
};

/** Entries of a folder, beyond which a reader no longer sees what is there. */
export const folderEntriesMax = 20;
/** Files at the top of a room with floors. */
export const roomTopFilesMax = 12;

/** Packages with one home: elsewhere their quirks would spread. Each with the rooms that may import it. */
export const packageOwners: readonly {
  readonly packages: readonly string[];
  readonly rooms: readonly string[];
}[] = [
  { packages: ["openai", "@anthropic-ai/sdk"], rooms: ["models"] },
  // Hostile pages are read in one place, in small pieces.
  { packages: ["htmlparser2"], rooms: ["tools"] },
  { packages: ["@modelcontextprotocol/client"], rooms: ["mcp", "test"] },
  // The bench has a bare workflow as its floor.
  { packages: ["@temporalio/workflow"], rooms: ["workflows", "bench"] },
  // The API's libraries of sign-in; tests make tokens of their own.
  { packages: ["jose", "openid-client"], rooms: ["api", "test"] },
  { packages: ["pg"], rooms: ["store", "dev", "worker", "cli", "bench", "test"] },
];
