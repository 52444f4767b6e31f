// What the routes need. Only main.ts builds it.
import type { Registry } from "prom-client";
import type { ErrorKind } from "../core/chat/error-kind.ts";
import type { ContextFault, SkillHead } from "../core/part/part.ts";
import type { LiveBus } from "../core/stream/bus-message.ts";
import type { ToldTool } from "../core/tool/own-tools-report.ts";
import type { TemplateShelf } from "../core/workspace/template.ts";
import type { Deliverer } from "../delivery/deliver-outbox.ts";
import type { OpenTerminal } from "../delivery/open-terminal.ts";
import type { RunFileCall } from "../delivery/run-file-call.ts";
import type { WorkspaceTeller } from "../delivery/tell-workspace.ts";
import type { SchemaChecker } from "../platform/json-schema/schema-checker.ts";
import type { Logger } from "../platform/logger.ts";
import type { AddressRules } from "../platform/network/provider-address.ts";
import type { SecretBox } from "../platform/secrets/secret-box.ts";
import type { McpServerRow } from "../store/access/mcp-servers.ts";
import type { FileShelf } from "../store/file/file-shelf.ts";
import type { OpenAiApi, ProviderSource } from "../store/model/resolve-model-config.ts";
import type { WorkerBuild } from "../store/presence/worker-builds.ts";
import type { ChatLinks } from "../store/row/to-wire.ts";
import type { Store } from "../store/store.ts";
import type { StreamTurn } from "./ai-sdk/turn-streams.ts";
import type { KeyLookup } from "./http/access/key-lookup.ts";
import type { RateLimits } from "./http/middleware/limit-rate.ts";
import type { ConsoleShelf } from "./routes/console/console-shelf.ts";
import type { WorkspaceTemporalLink } from "./routes/workspace/show-workspace.ts";
import type { SignIn } from "./sign-in/sign-in.ts";
import type { Readiness } from "./start/readiness.ts";
import type { StreamChat } from "./streams/chat/stream-chat.ts";
import type { Feeds } from "./streams/feed/feed-watch.ts";
import type { StreamGate } from "./streams/stream-gate.ts";
import type { BuildLogs } from "./streams/workspace/build-log-watch.ts";
import type { Terminals } from "./streams/workspace/open-terminals.ts";

/** Resolves a folder for a chat, with its links, or says why the chat may not use it. */
export type ResolveProjectPath = (
  path: string,
) => Promise<{ readonly ok: true; readonly path: string } | { readonly ok: false; readonly reason: string }>;

/** What the routes of model providers need beside the store. */
export interface ModelSettings {
  readonly secrets: Pick<SecretBox, "keyId" | "seal">;
  /** What the environment says about the seeded providers. */
  readonly environment: Readonly<
    Record<
      string,
      { readonly has_api_key: boolean; readonly base_url: string | null; readonly api: OpenAiApi | null }
    >
  >;
  readonly addressRules: AddressRules;
  /** Makes a tiny call. Never throws because of the provider or the network. */
  readonly testProvider: (source: ProviderSource, model: string) => Promise<ProviderTest>;
}

/** What the routes of MCP servers need beside the store. */
export interface McpSettings {
  readonly secrets: Pick<SecretBox, "keyId" | "seal" | "open">;
  readonly addressRules: AddressRules;
  /** Whether programs may be started. */
  readonly allowStdio: boolean;
  /** Connects and lists the tools. Never throws because of the server or the network. */
  readonly test: (row: McpServerRow, userId: string) => Promise<McpTest>;
  /** Throws `Refusal` `mcp_sign_in_failed`. */
  readonly beginSignIn: (
    user: { readonly server_id: string; readonly user_id: string },
    redirectUrl: string,
  ) => Promise<{ readonly authorization_url: string }>;
  readonly finishSignIn: (query: URLSearchParams) => Promise<{ readonly name: string }>;
}

/** What is sealed in a server's row. */
export interface StoredMcpSecrets {
  readonly headers: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly token: string | null;
  readonly client_secret: string | null;
}

export interface McpTest {
  readonly ok: boolean;
  readonly latency_ms: number;
  readonly message: string;
  readonly needs_sign_in: boolean;
  readonly tools: readonly object[];
}

export interface ProviderTest {
  readonly ok: boolean;
  readonly latency_ms: number;
  readonly message: string;
  readonly kind?: ErrorKind;
  readonly detail?: string;
}

export interface ListedSkills {
  readonly skills: readonly SkillHead[];
  readonly faults: readonly ContextFault[];
}

/** A tool of the deployment: a built-in one, or one that a worker has loaded. */
export interface ListedTool extends ToldTool {
  readonly source: "built_in" | "own";
}

export interface ApiDeps {
  readonly store: Store;
  readonly deliverer: Pick<Deliverer, "deliver">;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly readiness: Readiness;
  readonly links: ChatLinks;
  readonly resolveProjectPath: ResolveProjectPath;
  readonly templates: TemplateShelf;
  readonly files: FileShelf;
  /** The deployment's skills, with what is wrong with others. */
  readonly listSkills: () => Promise<ListedSkills>;
  readonly listTools: () => Promise<readonly ListedTool[]>;
  /** The builds of the workers that run this deployment's turns, the newest choice first. */
  readonly listWorkerBuilds: () => Promise<readonly WorkerBuild[]>;
  /** The names of the own tools that any worker has. */
  readonly ownToolNames: () => Promise<ReadonlySet<string>>;
  /** Looks for faults of JSON schemas. */
  readonly schemas: Pick<SchemaChecker, "faultsOf">;
  /** Tells a workspace's workflow the wanted state. Takes at most a second and never throws. */
  readonly workspaceTeller: Pick<WorkspaceTeller, "tell">;
  /** Has a worker read or write files of a workspace. */
  readonly runFileCall: RunFileCall;
  /** Has a worker attend a terminal that was just committed. */
  readonly openTerminal: OpenTerminal;
  /** Tells workers and readers of terminals that there is something to read. */
  readonly terminalBus: Pick<LiveBus, "publish">;
  readonly terminals: Pick<Terminals, "hold">;
  /** Open at once in one workspace. */
  readonly terminalsPerWorkspaceMax: number;
  readonly workspaceLink: WorkspaceTemporalLink;
  /** Where new workspaces run. */
  readonly workspaceDriver: string;
  readonly buildLogs: Pick<BuildLogs, "hold">;
  readonly feeds: Pick<Feeds, "hold">;
  /** Lets requests become streams. */
  readonly streams: Pick<StreamGate, "admit" | "admitReader" | "bindToShare">;
  /** Answers GET /v1/chats/{chat}/stream for a caller that has been checked to own the chat. */
  readonly streamChat: StreamChat;
  /** Answers an AI SDK client that has been checked to own the chat. */
  readonly streamTurn: StreamTurn;
  /** Whether only admins may read the metrics, because others can reach this address. */
  readonly metricsNeedAdmin: boolean;
  /** Finds the users of API keys. */
  readonly keys: KeyLookup;
  readonly signIn: SignIn;
  /** Users, keys or sessions have changed: what is remembered of them is forgotten, and open streams are looked at. */
  readonly accessChanged: () => void;
  /** Each counts on this replica alone. */
  readonly rateLimits: RateLimits;
  /** Addresses and networks of the proxies in front, whose `X-Forwarded-For` we trust. */
  readonly trustedProxies: readonly string[];
  readonly models: ModelSettings;
  readonly mcp: McpSettings;
  /** The built console; null: it is switched off. */
  readonly console: ConsoleShelf | null;
  /** Shown on the first page; null: not configured. */
  readonly temporalUiUrl: string | null;
}
