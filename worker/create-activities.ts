// The worker is a composition root. This file: the activities, with everything they need handed in.
import type { Logger } from "pino";
import { boundRetries } from "../activities/bound-retries.ts";
import { createCallModel } from "../activities/call-model.ts";
import type { Activities, LocalActivities } from "../activities/contract.ts";
import type { OpenPartStream, ReadLostParts } from "../activities/open-part-stream.ts";
import { createRunTool } from "../activities/run-tool.ts";
import { createTransitions } from "../activities/transitions.ts";
import type { LiveBus } from "../core/bus-message.ts";
import type { Provider } from "../models/provider.ts";
import type { Config } from "../platform/config.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import type { ChatRow } from "../store/chat-row.ts";
import type { Store } from "../store/store.ts";
import { projectPrompt } from "../tools/project-prompt.ts";
import { activeTools } from "../tools/registry.ts";
import { toolSpecs } from "../tools/tool.ts";
import { newToolCallId } from "./new-tool-call-id.ts";

export interface ActivityDeps {
  readonly config: Config;
  readonly store: Store;
  readonly bus: LiveBus;
  readonly providers: { get(name: string): Provider };
  readonly openPartStream: OpenPartStream;
  readonly readLostParts: ReadLostParts;
  readonly shutdown: AbortSignal;
  readonly failpoint: Failpoint;
  readonly logger: Logger;
}

export function createActivities(deps: ActivityDeps): Activities & LocalActivities {
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
  const runTool = createRunTool({ ...shared, toolsOf });
  return {
    callModel: boundRetries(callModel),
    runTool: boundRetries(runTool),
    ...createTransitions({ store, failpoint }),
  };
}

function systemPromptOf(chat: ChatRow): string {
  const project = chat.project_path === null ? [] : [projectPrompt(chat.project_path)];
  const own = chat.system_prompt === null ? [] : [chat.system_prompt];
  return [...own, ...project].join("\n\n");
}
