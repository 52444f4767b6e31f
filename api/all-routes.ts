// Every route. A route that is missing here is neither served nor documented.

import { aiSdkRoutes } from "./ai-sdk/ai-sdk-routes.ts";
import type { ApiDeps } from "./deps.ts";
import { openApiDocument } from "./http/openapi.ts";
import type { Route } from "./http/route.ts";
import { apiKeyRoutes } from "./routes/access/api-keys.ts";
import { auditLogRoutes } from "./routes/access/audit-log.ts";
import { meRoutes } from "./routes/access/me.ts";
import { userRoutes } from "./routes/access/users.ts";
import { chatTitleRoutes } from "./routes/chat/chat-title.ts";
import { chatRoutes } from "./routes/chat/chats.ts";
import { contextRoutes } from "./routes/chat/context.ts";
import { forkRoutes } from "./routes/chat/fork.ts";
import { messageRoutes } from "./routes/chat/messages.ts";
import { queueRoutes } from "./routes/chat/queue.ts";
import { regenerateRoutes } from "./routes/chat/regenerate.ts";
import { searchRoutes } from "./routes/chat/search.ts";
import { sharedChatRoutes } from "./routes/chat/shared-chat.ts";
import { shareRoutes } from "./routes/chat/shares.ts";
import { streamRoutes } from "./routes/chat/stream-chat.ts";
import { turnRoutes } from "./routes/chat/turns.ts";
import { waitRoutes } from "./routes/chat/waits.ts";
import { watchRoutes } from "./routes/chat/watch-chats.ts";
import { homeRoutes } from "./routes/console/home.ts";
import { debugRunRoutes } from "./routes/debug-runs.ts";
import { docsRoutes } from "./routes/docs.ts";
import { fileRoutes } from "./routes/files/files.ts";
import { mcpServerRoutes } from "./routes/mcp/mcp-servers.ts";
import { modelConfigRoutes } from "./routes/model/model-configs.ts";
import { modelProviderRoutes } from "./routes/model/model-providers.ts";
import { profileRoutes } from "./routes/model/profiles.ts";
import { probeRoutes } from "./routes/probes.ts";
import { oidcSignInRoutes } from "./routes/session/oidc-sign-in.ts";
import { sessionRoutes } from "./routes/session/sessions.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { skillRoutes } from "./routes/skills.ts";
import { toolRoutes } from "./routes/tools.ts";
import { usageRoutes } from "./routes/usage.ts";
import { workerRoutes } from "./routes/workers.ts";
import { buildLogRoutes } from "./routes/workspace/build-logs.ts";
import { projectRoutes } from "./routes/workspace/projects.ts";
import { templateRoutes } from "./routes/workspace/templates.ts";
import { terminalRoutes } from "./routes/workspace/terminals.ts";
import { workspaceChangeRoutes } from "./routes/workspace/workspace-changes.ts";
import { workspaceFileRoutes } from "./routes/workspace/workspace-files.ts";
import { workspaceRoutes } from "./routes/workspace/workspaces.ts";

export function allRoutes(deps: ApiDeps): readonly Route[] {
  let document: string | undefined;
  const routes: readonly Route[] = [
    ...watchRoutes(deps),
    ...chatRoutes(deps),
    ...waitRoutes(deps),
    ...chatTitleRoutes(deps),
    ...messageRoutes(deps),
    ...turnRoutes(deps),
    ...queueRoutes(deps),
    ...debugRunRoutes(deps),
    ...contextRoutes(deps),
    ...regenerateRoutes(deps),
    ...forkRoutes(deps),
    ...searchRoutes(deps),
    ...streamRoutes(deps),
    ...shareRoutes(deps),
    ...sharedChatRoutes(deps),
    ...sessionRoutes(deps),
    ...oidcSignInRoutes(deps),
    ...aiSdkRoutes(deps),
    ...fileRoutes(deps),
    ...workspaceRoutes(deps),
    ...workspaceFileRoutes(deps),
    ...workspaceChangeRoutes(deps),
    ...buildLogRoutes(deps),
    ...terminalRoutes(deps),
    ...templateRoutes(deps),
    ...projectRoutes(deps),
    ...modelProviderRoutes(deps),
    ...modelConfigRoutes(deps),
    ...mcpServerRoutes(deps),
    ...profileRoutes(deps),
    ...meRoutes(deps),
    ...userRoutes(deps),
    ...apiKeyRoutes(deps),
    ...auditLogRoutes(deps),
    ...usageRoutes(deps),
    ...skillRoutes(deps),
    ...toolRoutes(deps),
    ...settingsRoutes(deps),
    ...probeRoutes(deps),
    ...workerRoutes(deps),
    ...docsRoutes(() => (document ??= openApiDocument(routes))),
    ...homeRoutes(deps),
  ];
  return routes;
}
