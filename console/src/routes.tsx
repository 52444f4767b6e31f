// Every page, by its address. Pages are loaded when they are first shown.
import { lazy } from "react";
import type { PageRoute } from "./shell/page-route.ts";

export const PAGES: readonly PageRoute[] = [
  { path: "/inbox", name: "Inbox", Page: lazy(() => import("./shell/inbox/inbox-page.tsx")) },
];
