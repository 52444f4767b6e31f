// Serves the built console: its page at `/` and at each of its addresses, and the files that the page loads.
import type { Request, RequestHandler, Response } from "express";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { ConsoleFile, ConsoleShelf, Encoding } from "./console-shelf.ts";

/** Pages of the console, which the page itself tells apart. A deep link to any of them works. */
const WITH_ID = ["chats", "workspaces", "debug"];
const PAGES = [
  "inbox",
  "models",
  "mcp",
  "profiles",
  "projects",
  "skills",
  "usage",
  "users",
  "keys",
  "audit",
  "health",
  "settings",
  "sign-in",
];
const ADDRESS = new RegExp(`^/(?:(?:${WITH_ID.join("|")})(?:/[\\w-]+)?|${PAGES.join("|")})?/?$`);

const YEAR_S = 31_536_000;
const UNHASHED_CACHED_S = 3_600;
const BUILDING_RELOAD_S = 2;

const BUILDING = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${BUILDING_RELOAD_S}">
<title>Everturn</title>
</head>
<body>
<h1>The console is being built</h1>
<p>Everturn runs already. Its console is built once after an installation or an update, which takes less than a minute. This page opens it as soon as it is ready.</p>
<p>The API needs no console: <a href="/docs">API documentation</a></p>
</body>
</html>
`;

/** Serves the console's files. Everything else, and `/` when there is no console, is left to the routes. */
export function serveConsole(shelf: ConsoleShelf): RequestHandler {
  return async (request, response, next) => {
    if (request.method !== "GET" && request.method !== "HEAD") return next();
    const isPage = ADDRESS.test(request.path);
    const file = await shelf.find(isPage ? "/index.html" : request.path);
    if (file !== undefined) sendFile(shelf, file, { request, response, next });
    else if (isPage && shelf.isBeingBuilt()) sendBuilding(response);
    else next();
  };
}

function sendBuilding(response: Response): void {
  response.set("Cache-Control", "no-store").type("html").send(BUILDING);
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly next: (error?: unknown) => void;
}

function sendFile({ folder }: ConsoleShelf, file: ConsoleFile, { request, response, next }: Exchange): void {
  const encoding = chooseEncoding(file, request);
  const path = file.paths[encoding] ?? file.paths.identity;
  response.type(file.paths.identity.split(".").at(-1) ?? "bin");
  response.vary("Accept-Encoding");
  if (encoding !== "identity") response.set("Content-Encoding", encoding);
  response.set("ETag", `"${file.digest}${encoding === "identity" ? "" : `-${encoding}`}"`);
  response.set("Cache-Control", cacheControl(file));
  const options = { root: folder, cacheControl: false, lastModified: false, acceptRanges: false };
  response.sendFile(path, options, (error) => {
    if (error === undefined || response.headersSent) return;
    // A newer build has just taken it away.
    for (const name of ["Content-Encoding", "ETag", "Cache-Control"]) response.removeHeader(name);
    next((error as NodeJS.ErrnoException).code === "ENOENT" ? new Refusal("not_found") : error);
  });
}

function cacheControl({ is_hashed, paths }: ConsoleFile): string {
  if (is_hashed) return `public, max-age=${YEAR_S}, immutable`;
  // The page names the files of its build: an old page would ask for files that are gone.
  return paths.identity === "index.html" ? "no-cache" : `public, max-age=${UNHASHED_CACHED_S}`;
}

function chooseEncoding({ paths }: ConsoleFile, request: Request): Encoding {
  const possible = (["br", "gzip"] as const).filter((encoding) => paths[encoding] !== undefined);
  return possible.find((encoding) => request.acceptsEncodings(encoding) === encoding) ?? "identity";
}
