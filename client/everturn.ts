// The client: one object from which every call of the API can be made.
import { Http, type HttpSettings } from "./http/http.ts";
import { apiKeys } from "./resources/access/api-keys.ts";
import { auditLog } from "./resources/access/audit-log.ts";
import { me } from "./resources/access/me.ts";
import { readiness } from "./resources/access/readiness.ts";
import { session } from "./resources/access/session.ts";
import { settings } from "./resources/access/settings.ts";
import { users } from "./resources/access/users.ts";
import { chats } from "./resources/chat/chats.ts";
import { debug } from "./resources/chat/debug.ts";
import { feed } from "./resources/chat/feed.ts";
import { queue } from "./resources/chat/queue.ts";
import { search } from "./resources/chat/search.ts";
import { shares } from "./resources/chat/shares.ts";
import { modelConfigs } from "./resources/model/model-configs.ts";
import { modelProviders } from "./resources/model/model-providers.ts";
import { profiles } from "./resources/model/profiles.ts";
import { usage } from "./resources/model/usage.ts";
import { files } from "./resources/work/files.ts";
import { mcpServers } from "./resources/work/mcp-servers.ts";
import { projects } from "./resources/work/projects.ts";
import { skills } from "./resources/work/skills.ts";
import { templates } from "./resources/work/templates.ts";
import { tools } from "./resources/work/tools.ts";
import { workspaces } from "./resources/work/workspaces.ts";

export type EverturnSettings = HttpSettings;

/**
 * `new Everturn({ baseUrl, apiKey })`. Without a `baseUrl` it calls the origin of the page, and without an `apiKey` the browser's
 * session proves who calls. Calls throw EverturnError when they are refused and EverturnNetworkError when no answer arrives.
 */
export class Everturn {
  readonly #http: Http;
  readonly request: Http["request"];
  readonly raw: Http["raw"];
  readonly chats: ReturnType<typeof chats>;
  readonly queue: ReturnType<typeof queue>;
  readonly feed: ReturnType<typeof feed>;
  readonly search: ReturnType<typeof search>;
  readonly shares: ReturnType<typeof shares>;
  readonly debug: ReturnType<typeof debug>;
  readonly workspaces: ReturnType<typeof workspaces>;
  readonly templates: ReturnType<typeof templates>;
  readonly files: ReturnType<typeof files>;
  readonly projects: ReturnType<typeof projects>;
  readonly skills: ReturnType<typeof skills>;
  readonly tools: ReturnType<typeof tools>;
  readonly mcpServers: ReturnType<typeof mcpServers>;
  readonly modelProviders: ReturnType<typeof modelProviders>;
  readonly modelConfigs: ReturnType<typeof modelConfigs>;
  readonly profiles: ReturnType<typeof profiles>;
  readonly usage: ReturnType<typeof usage>;
  readonly me: ReturnType<typeof me>;
  readonly users: ReturnType<typeof users>;
  readonly apiKeys: ReturnType<typeof apiKeys>;
  readonly auditLog: ReturnType<typeof auditLog>;
  readonly settings: ReturnType<typeof settings>;
  readonly session: ReturnType<typeof session>;
  readonly readiness: ReturnType<typeof readiness>;

  constructor(given: EverturnSettings = {}) {
    const http = new Http(given);
    this.#http = http;
    this.request = http.request.bind(http);
    this.raw = http.raw.bind(http);
    this.chats = chats(http);
    this.queue = queue(http);
    this.feed = feed(http);
    this.search = search(http);
    this.shares = shares(http);
    this.debug = debug(http);
    this.workspaces = workspaces(http);
    this.templates = templates(http);
    this.files = files(http);
    this.projects = projects(http);
    this.skills = skills(http);
    this.tools = tools(http);
    this.mcpServers = mcpServers(http);
    this.modelProviders = modelProviders(http);
    this.modelConfigs = modelConfigs(http);
    this.profiles = profiles(http);
    this.usage = usage(http);
    this.me = me(http);
    this.users = users(http);
    this.apiKeys = apiKeys(http);
    this.auditLog = auditLog(http);
    this.settings = settings(http);
    this.session = session(http);
    this.readiness = readiness(http);
  }

  /** Where the server is; empty: the origin of the page. */
  get baseUrl(): string {
    return this.#http.baseUrl;
  }
}
