// Every page, by its address. Pages are loaded when they are first shown.
import { lazy } from "react";
import type { PageRoute } from "./shell/page-route.ts";

export const PAGES: readonly PageRoute[] = [
  { path: "/inbox", name: "Inbox", Page: lazy(() => import("./shell/inbox/inbox-page.tsx")) },
  {
    path: "/workspaces/:id?",
    name: "Workspaces",
    Page: lazy(() => import("./pages/workspaces/workspaces-page.tsx")),
  },
  { path: "/models", name: "Models", Page: lazy(() => import("./pages/models/models-page.tsx")) },
  { path: "/mcp", name: "MCP servers", Page: lazy(() => import("./pages/mcp/mcp-page.tsx")) },
  { path: "/profiles", name: "Profiles", Page: lazy(() => import("./pages/profiles/profiles-page.tsx")) },
  { path: "/projects", name: "Projects", Page: lazy(() => import("./pages/projects/projects-page.tsx")) },
  { path: "/skills", name: "Skills and tools", Page: lazy(() => import("./pages/skills/skills-page.tsx")) },
  { path: "/usage", name: "Usage", Page: lazy(() => import("./pages/usage/usage-page.tsx")) },
  { path: "/debug/:chat", name: null, Page: lazy(() => import("./pages/debug/debug-page.tsx")) },
  { path: "/keys", name: "API keys", Page: lazy(() => import("./pages/access/keys-page.tsx")) },
  { path: "/settings", name: "Settings", Page: lazy(() => import("./pages/settings/settings-page.tsx")) },
  { path: "/health", name: "Health", Page: lazy(() => import("./pages/health/health-page.tsx")) },
  {
    path: "/users",
    name: "Users",
    forAdmins: true,
    Page: lazy(() => import("./pages/access/users-page.tsx")),
  },
  {
    path: "/audit",
    name: "Audit log",
    forAdmins: true,
    Page: lazy(() => import("./pages/access/audit-page.tsx")),
  },
];
