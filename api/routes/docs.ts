// The OpenAPI document, and a page that shows it. The page loads nothing from elsewhere and has nothing inline.
import { fileURLToPath } from "node:url";
import type { RequestHandler } from "express";
import { type Route, route } from "../http/route.ts";

const tag = "Operation";
const FOLDER = new URL("./", import.meta.resolve("swagger-ui-dist/package.json"));

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Everturn API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START = `window.ui = SwaggerUIBundle({ url: "/openapi.json", dom_id: "#page", deepLinking: true });
`;

/** The files that are served of the package that draws the page. */
const FILES = new Set(["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"]);
const FILES_CACHED_S = 3_600;

/** @param document is built on the first request, since it describes these routes, too */
export function docsRoutes(document: () => string): Route[] {
  const json = route({
    method: "get",
    path: "/openapi.json",
    summary: "This document",
    tag,
    access: "public",
    responses: { 200: { description: "OpenAPI 3.1", content_type: "application/json" } },
    async handler() {
      return { status: 200, text: document(), content_type: "application/json" };
    },
  });
  const page = route({
    method: "get",
    path: "/docs",
    summary: "This document as a page",
    tag,
    access: "public",
    responses: { 200: { description: "The page", content_type: "text/html" } },
    async handler() {
      return { status: 200, text: PAGE, content_type: "text/html" };
    },
  });
  return [json, page];
}

/** The files that the page loads. Mount them below `/docs`. */
export const docsFiles: RequestHandler = (request, response, next) => {
  const name = request.path.slice(1);
  if (request.method !== "GET" && request.method !== "HEAD") return next();
  if (name === "start.js") {
    response.type("text/javascript").send(START);
    return;
  }
  if (!FILES.has(name)) return next();
  const where = { root: fileURLToPath(FOLDER), maxAge: FILES_CACHED_S * 1000 };
  response.sendFile(name, where, (error) => {
    // Also called after success; then nothing else must answer.
    if (error !== undefined) next(error);
  });
};
