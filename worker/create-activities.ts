// The worker is a composition root. This file: the activities, with everything they need handed in.
import type { Logger } from "pino";
import { boundRetries } from "../activities/bound-retries.ts";
import { createCallModel } from "../activities/call-model.ts";
import { createChatWorkspaces } from "../activities/chat-workspace.ts";
import type {
  Activities,
  LocalActivities,
  LocalWorkspaceActivities,
  WorkspaceActivities,
} from "../activities/contract.ts";
import type { OpenPartStream, ReadLostParts } from "../activities/open-part-stream.ts";
import { createRunTool, type RunToolDeps } from "../activities/run-tool.ts";
import { createTransitions } from "../activities/transitions.ts";
import { createWorkspaceActivities } from "../activities/workspace/create-workspace-activities.ts";
import type { WorkspaceTeller } from "../api/tell-workspace.ts";
import type { LiveBus } from "../core/bus-message.ts";
import type { Provider } from "../models/provider.ts";
import type { Config } from "../platform/config.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import type { ChatRow } from "../store/chat-row.ts";
import type { Store } from "../store/store.ts";
import { projectFiles } from "../tools/project-files.ts";
import { projectPrompt } from "../tools/project-prompt.ts";
import { activeTools } from "../tools/registry.ts";
import { toolSpecs } from "../tools/tool.ts";
import { workspacePrompt } from "../tools/workspace-prompt.ts";
import { openAgent } from "../workspaces/agent-client.ts";
import type { WorkspaceDriver } from "../workspaces/driver.ts";
import { createTemplateShelf } from "../workspaces/templates.ts";
import { newToolCallId } from "./new-tool-call-id.ts";

export interface ActivityDeps {
  readonly config: Config;
  readonly store: Store;
  readonly bus: LiveBus;
  readonly providers: { get(name: string): Provider };
  readonly driver: WorkspaceDriver;
  readonly teller: Pick<WorkspaceTeller, "tell">;
  readonly openPartStream: OpenPartStream;
  readonly readLostParts: ReadLostParts;
  readonly shutdown: AbortSignal;
  readonly failpoint: Failpoint;
  readonly logger: Logger;
}

export type AllActivities = Activities & LocalActivities & WorkspaceActivities & LocalWorkspaceActivities;

export function createActivities(deps: ActivityDeps): AllActivities {
  const { config, store, bus, shutdown, failpoint, openPartStream, readLostParts } = deps;
  const shared = { store, bus, shutdown, failpoint, openPartStream, checkpointMs: config.checkpointMs };
  const toolsOf = (chat: ChatRow) => activeTools({ projectPath: chat.project_path });
  const callModel = createCallModel({
    ...shared,
    readLostParts,
    retryBaseMs: config.retryBaseMs,
    providerOf: (model) => deps.providers.get(model.provider),
    toolsOf: (chat) => toolSpecs(toolsOf(chat)),
    systemPromptOf,
    newToolCallId,
  });
  const runTool = createRunTool({ ...shared, toolsOf, placesOf: createPlaces(deps) });
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
    runTool: boundRetries(runTool),
    ...createTransitions({ store, failpoint }),
  };
}

/** What the tools of a chat look at and work in: its project folder, or its workspace. */
function createPlaces({ config, store, driver, teller }: ActivityDeps): RunToolDeps["placesOf"] {
  const shelf = createTemplateShelf(config.templatesDir);
  const workspaceOf = createChatWorkspaces({ store, driver, openAgent, shelf, teller });
  return (chat, turnId) =>
    chat.project_path === null
      ? { projectFiles: null, workspace: workspaceOf(chat, turnId) }
      : { projectFiles: projectFiles(chat.project_path), workspace: null };
}

function systemPromptOf(chat: ChatRow): string {
  const place = chat.project_path === null ? workspacePrompt() : projectPrompt(chat.project_path);
  return chat.system_prompt === null ? place : `${chat.system_prompt}\n\n${place}`;
}
