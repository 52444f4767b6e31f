// Builds the activities and passes in everything they need.
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { boundEach, boundRetries } from "../activities/attempt/bound-retries.ts";
import { createCallModel } from "../activities/call-model.ts";
import { createChatAgents } from "../activities/chat-workspace/chat-agents.ts";
import { createChatWorkspaces } from "../activities/chat-workspace/chat-workspace.ts";
import { createAttendTerminal } from "../activities/chat-workspace/terminal/attend-terminal.ts";
import { createCompactHistory } from "../activities/compact-history.ts";
import type { ReadContextDeps } from "../activities/context/read-context.ts";
import { createContextWatch } from "../activities/context/watch-context.ts";
import type {
  Activities,
  DescribeActivities,
  FileActivities,
  LocalActivities,
  LocalWorkspaceActivities,
  TerminalActivities,
  WorkspaceActivities,
} from "../activities/contract.ts";
import type { DebugRecorder } from "../activities/debug/debug-recorder.ts";
import { createFileLoader } from "../activities/file/load-files.ts";
import { chatFileLoader, toolFileKeeper } from "../activities/file/tool-files.ts";
import { createPersistContext } from "../activities/persist-context.ts";
import { advisorSource } from "../activities/phrase/advisor.ts";
import { createNoLimitNotice } from "../activities/provider/no-limit-notice.ts";
import { createRunTool, type RunToolDeps } from "../activities/run-tool.ts";
import type { OpenPartStream, ReadLostParts } from "../activities/stream/open-part-stream.ts";
import { createTransitions } from "../activities/transitions.ts";
import { createUseWorkspaceFiles } from "../activities/use-workspace-files.ts";
import { createWorkspaceActivities } from "../activities/workspace/create-workspace-activities.ts";
import { createWriteTitle } from "../activities/write-title.ts";
import { createWriteTurnSummary } from "../activities/write-turn-summary.ts";
import type { LiveBus } from "../core/stream/bus-message.ts";
import { promptOf } from "../core/tool/chat-profile.ts";
import type { WorkspaceTeller } from "../delivery/tell-workspace.ts";
import type { Config } from "../platform/config/config.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import { createSchemaChecker } from "../platform/json-schema/schema-checker.ts";
import type { FileShelf } from "../store/file/file-shelf.ts";
import { settingsOf } from "../store/model/model-book.ts";
import type { ChatRow } from "../store/row/chat-row.ts";
import type { Store } from "../store/store.ts";
import { agentPrompt } from "../tools/agents/agent-prompt.ts";
import { clientToolSource } from "../tools/client/client-tools.ts";
import type { ContextFiles } from "../tools/context/context-files.ts";
import { projectPrompt } from "../tools/context/project-prompt.ts";
import { projectFiles } from "../tools/files/project-files.ts";
import { skillsShelf } from "../tools/skills/skills-shelf.ts";
import { createToolsOf, type ToolSource } from "../tools/tools-of.ts";
import { workspacePrompt } from "../tools/workspace/workspace-prompt.ts";
import type { Processes } from "../workspaces/agent/api.ts";
import { openAgent } from "../workspaces/client/agent-client.ts";
import type { WorkspaceDriver } from "../workspaces/driver.ts";
import { createTemplateShelf } from "../workspaces/templates/templates.ts";
import type { LearningProviders } from "./learning-providers.ts";
import { createUnsupportedNotice } from "./unsupported-notice.ts";

export interface ActivityDeps {
  readonly config: Config;
  readonly store: Store;
  readonly bus: LiveBus;
  readonly models: Pick<LearningProviders, "providerOf" | "carried">;
  readonly driver: WorkspaceDriver;
  readonly teller: Pick<WorkspaceTeller, "tell">;
  readonly files: FileShelf;
  readonly openPartStream: OpenPartStream;
  readonly readLostParts: ReadLostParts;
  readonly debug: DebugRecorder;
  /** Tools besides the built-in ones. */
  readonly toolSources?: readonly (ToolSource<ChatRow> | SourceInWorkspaces)[];
  readonly shutdown: AbortSignal;
  readonly failpoint: Failpoint;
  readonly logger: Logger;
}

/** The processes of a chat's workspace. Throws `ToolError` where there is none, or where it does not run. */
type ProcessesOf = (chat: ChatRow, signal: AbortSignal) => Promise<Processes>;
/** Programs of its tools run in the workspaces of chats. */
type SourceInWorkspaces = (processesOf: ProcessesOf) => ToolSource<ChatRow>;

export type AllActivities = Activities &
  DescribeActivities &
  FileActivities &
  LocalActivities &
  TerminalActivities &
  WorkspaceActivities &
  LocalWorkspaceActivities;

export function createActivities(deps: ActivityDeps): AllActivities {
  const { config, store, bus, models, shutdown, failpoint, openPartStream, readLostParts } = deps;
  const shared = { store, bus, shutdown, failpoint, openPartStream, checkpointMs: config.checkpointMs };
  const advisor = advisorSource({ store, providerOf: models.providerOf, advisorModel: config.advisorModel });
  const places = createPlaces(deps);
  const toolsOf = createToolsOf<ChatRow>([clientToolSource, advisor, ...toolSourcesOf(deps, places)]);
  const calls = {
    ...shared,
    readLostParts,
    debug: deps.debug,
    retryBaseMs: config.retryBaseMs,
    retryWaitMaxMs: config.retryWaitMaxMs,
    providerOf: models.providerOf,
    newToolCallId,
  };
  const reads = readContextDeps(deps, places);
  const contextWatch = createContextWatch(store, reads, shutdown);
  const callModel = createCallModel({
    ...calls,
    files: createFileLoader(store.pool, deps.files, models.carried),
    schemas: createSchemaChecker(),
    onTurn: contextWatch.look,
    toolsOf,
    systemPromptOf: (chat) => systemPromptOf(store, chat),
    onUsage: createNoLimitNotice(deps.logger),
    onUnsupported: createUnsupportedNotice(deps.logger),
  });
  const compactHistory = createCompactHistory({
    ...calls,
    compactionModel: config.compactionModel ?? null,
  });
  const runTool = createRunTool({
    ...shared,
    toolsOf,
    placesOf: placesOf(deps, places),
    onDone: contextWatch.written,
    agentsOf: (chat, toolCallId) =>
      chat.parent_chat_id === null ? { agents: createChatAgents(store, chat, toolCallId) } : {},
  });
  return {
    ...createWorkspaceActivities({
      store,
      driver: deps.driver,
      openAgent,
      shutdown,
      heartbeatTimeoutMs: config.heartbeatTimeoutMs,
      buildMs: config.workspaceBuildMs,
      connectMs: config.agentConnectMs,
      showLogs: config.temporalDetail === "full",
      failpoint,
      logger: deps.logger,
    }),
    callModel: boundRetries(callModel),
    compactHistory: boundRetries(compactHistory),
    persistContext: boundRetries(createPersistContext({ ...shared, context: reads })),
    runTool: boundRetries(runTool),
    ...createDescriptions(deps),
    useWorkspaceFiles: boundRetries(createUseWorkspaceFiles({ ...deps, openAgent })),
    attendTerminal: boundRetries(
      createAttendTerminal({ ...deps, openAgent, terminalIdleMs: config.terminalIdleMs }),
    ),
    ...boundEach(createTransitions({ store, failpoint })),
  };
}

function createDescriptions(deps: ActivityDeps): DescribeActivities {
  const { config, store, models, debug, shutdown, logger } = deps;
  const { providerOf } = models;
  const shared = { store, providerOf, debug, smallModel: config.smallModel, shutdown, logger };
  return { writeTitle: createWriteTitle(shared), writeTurnSummary: createWriteTurnSummary(shared) };
}

interface Places {
  readonly workspaceOf: ReturnType<typeof createChatWorkspaces>;
  readonly deploymentSkills: ContextFiles | null;
}

function createPlaces({ config, store, driver, teller, shutdown }: ActivityDeps): Places {
  const shelf = createTemplateShelf(config.templatesDir);
  return {
    workspaceOf: createChatWorkspaces({ store, driver, openAgent, shelf, teller, shutdown }),
    deploymentSkills: config.skillsDir === undefined ? null : skillsShelf(config.skillsDir),
  };
}

/** What a chat's tools use: its project folder or its workspace, and the deployment's skills. */
function placesOf(
  { files, store }: ActivityDeps,
  { workspaceOf, deploymentSkills }: Places,
): RunToolDeps["placesOf"] {
  return (chat, turnId) => ({
    keepFile: toolFileKeeper(files, chat, turnId),
    loadFile: chatFileLoader(store.pool, files, chat.id),
    deploymentSkills,
    skills: chat.profile?.skills ?? null,
    ...(chat.project_path === null
      ? { projectFiles: null, workspace: workspaceOf(chat, turnId) }
      : { projectFiles: projectFiles(chat.project_path), workspace: null }),
  });
}

function toolSourcesOf({ toolSources = [] }: ActivityDeps, { workspaceOf }: Places): ToolSource<ChatRow>[] {
  const processesOf: ProcessesOf = async (chat, signal) =>
    (await workspaceOf(chat, chat.current_turn_id ?? 0).agent(signal)).processes;
  return toolSources.map((source) => (typeof source === "function" ? source(processesOf) : source));
}

function readContextDeps({ store }: ActivityDeps, places: Places): ReadContextDeps {
  return {
    ...places,
    async ownInstructions(ownerId) {
      return (await settingsOf(store.modelBook, store.pool, ownerId)).user.home_instructions;
    },
  };
}

/**
 * The deployment's prompt, the user's, the chat's or its profile's, and a description of its tools. What changes least comes first, so
 * that providers can cache it.
 */
async function systemPromptOf(store: Store, chat: ChatRow): Promise<string> {
  const { deployment, user } = await settingsOf(store.modelBook, store.pool, chat.owner_id);
  const place = chat.project_path === null ? workspacePrompt() : projectPrompt(chat.project_path);
  const agent = chat.agent_type === null ? "" : agentPrompt(chat.agent_type);
  const parts = [deployment.system_prompt, user.prompt, promptOf(chat), place, agent];
  return parts.filter((part) => part !== null && part !== "").join("\n\n");
}

/**
 * An id for a tool call. 96 random bits, so unique in any chat (SPEC L13). Letters and digits only, because providers restrict what an id may
 * contain.
 */
function newToolCallId(): string {
  return `call_${randomBytes(12).toString("hex")}`;
}
