// The first page where there is no console: what this server is, and where to go.
import type { ApiDeps } from "../../deps.ts";
import { type Route, route } from "../../http/route.ts";
import { version } from "../../http/version.ts";

export function homeRoutes(deps: ApiDeps): Route[] {
  const page = homePage(deps);
  const home = route({
    method: "get",
    path: "/",
    summary: "What this is, and where to go",
    tag: "Operation",
    access: "public",
    responses: { 200: { description: "A page", content_type: "text/html" } },
    async handler() {
      return { status: 200, text: page, content_type: "text/html" };
    },
  });
  return [home];
}

function homePage(deps: Pick<ApiDeps, "temporalUiUrl" | "metricsNeedAdmin">): string {
  const { temporalUiUrl } = deps;
  const links: readonly (readonly [string, string])[] = [
    ["/docs", "API documentation"],
    ["/openapi.json", "OpenAPI document"],
    ["/healthz", "health"],
    ["/readyz", "readiness"],
    ...(deps.metricsNeedAdmin ? [] : [["/metrics", "metrics"] as const]),
    // Where strangers look, the address of what only operators use is none of their business.
    ...(temporalUiUrl === null || deps.metricsNeedAdmin
      ? []
      : [[temporalUiUrl, "Temporal's Web UI"] as const]),
  ];
  const items = links.map(([href, words]) => `<li><a href="${escapeHtml(href)}">${words}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Everturn</title></head>
<body>
<h1>Everturn ${escapeHtml(version)}</h1>
<p>A server for AI chat agents that do not lose work.</p>
<ul>
${items.join("\n")}
</ul>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
