// The API speaks HTTP and the store; this file: every route there is. What is not here is neither mounted nor documented.
import type { ApiDeps } from "./deps.ts";
import { openApiDocument } from "./openapi.ts";
import type { Route } from "./route.ts";
import { aiSdkRoutes } from "./routes/ai-sdk.ts";
import { buildLogRoutes } from "./routes/build-logs.ts";
import { chatTitleRoutes } from "./routes/chat-title.ts";
import { chatRoutes } from "./routes/chats.ts";
import { contextRoutes } from "./routes/context.ts";
import { debugRunRoutes } from "./routes/debug-runs.ts";
import { docsRoutes } from "./routes/docs.ts";
import { homeRoutes } from "./routes/home.ts";
import { meRoutes } from "./routes/me.ts";
import { messageRoutes } from "./routes/messages.ts";
import { modelConfigRoutes } from "./routes/model-configs.ts";
import { modelProviderRoutes } from "./routes/model-providers.ts";
import { probeRoutes } from "./routes/probes.ts";
import { queueRoutes } from "./routes/queue.ts";
import { regenerateRoutes } from "./routes/regenerate.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { streamRoutes } from "./routes/stream-chat.ts";
import { templateRoutes } from "./routes/templates.ts";
import { usageRoutes } from "./routes/usage.ts";
import { watchRoutes } from "./routes/watch-chats.ts";
import { workspaceRoutes } from "./routes/workspaces.ts";

export function allRoutes(deps: ApiDeps): readonly Route[] {
  let document: string | undefined;
  const routes: readonly Route[] = [
    ...watchRoutes(deps),
    ...chatRoutes(deps),
    ...chatTitleRoutes(deps),
    ...messageRoutes(deps),
    ...queueRoutes(deps),
    ...debugRunRoutes(deps),
    ...contextRoutes(deps),
    ...regenerateRoutes(deps),
    ...streamRoutes(deps),
    ...aiSdkRoutes(deps),
    ...workspaceRoutes(deps),
    ...buildLogRoutes(deps),
    ...templateRoutes(deps),
    ...modelProviderRoutes(deps),
    ...modelConfigRoutes(deps),
    ...meRoutes(deps),
    ...usageRoutes(deps),
    ...settingsRoutes(deps),
    ...probeRoutes(deps),
    ...docsRoutes(() => (document ??= openApiDocument(routes))),
    ...homeRoutes(deps),
  ];
  return routes;
}
