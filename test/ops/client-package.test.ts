// Tests: the client package as strangers get it. It is packed, put into fresh projects beside nothing but what they need, and the
// examples of its guide are built and run there as they are printed.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { startEverturn, type Everturn as World } from "../support/everturn.ts";
import { script } from "../support/turn/settled.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const GUIDE = readFileSync(join(ROOT, "docs/agents/embed-the-client.md"), "utf8");

let world: World;
let folder: string;
let unpacked: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "everturn-package-"));
  unpacked = pack();
  world = await startEverturn();
});
after(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, `${command} ${args.join(" ")}: ${error?.message ?? ""}\n${stdout}\n${stderr}`);
  return stdout;
}

/** What `npm pack` makes, unpacked as npm does it. */
function pack(): string {
  run("npm", ["pack", "--silent", "--pack-destination", folder], join(ROOT, "client"));
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  run("tar", ["-xzf", tarball], folder);
  return join(folder, "package");
}

interface Project {
  readonly path: string;
  readonly write: (file: string, content: string) => void;
}

/** A project that has the package, and what is named of the packages that are installed here anyway. */
function project(name: string, packages: Readonly<Record<string, string>>): Project {
  const path = join(folder, name);
  const put = (target: string, from: string) => {
    const place = join(path, "node_modules", target);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(from, place);
  };
  mkdirSync(path);
  for (const [target, from] of Object.entries(packages)) put(target, join(ROOT, from));
  put("eventsource-parser", join(ROOT, "node_modules/eventsource-parser"));
  // Copied, so that it cannot find packages of this repository.
  cpSync(unpacked, join(path, "node_modules/@everturn/client"), { recursive: true });
  writeFileSync(join(path, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  return { path, write: (file, content) => writeFileSync(join(path, file), content) };
}

/** The example of the guide that begins with its file's name. */
function example(file: string): string {
  const code = [...GUIDE.matchAll(/```\w+\n(?<code>\/\/ (?<file>[\w.]+)[\s\S]*?)```/g)].find(
    ({ groups }) => groups?.["file"] === file,
  )?.groups?.["code"];
  assert.ok(code, `the guide has no example ${file}`);
  return code;
}

async function runNode(path: string, args: readonly string[]): Promise<string> {
  const env = { PATH: process.env["PATH"], EVERTURN_URL: world.url, EVERTURN_API_KEY: world.key };
  const child = spawn(process.execPath, args, { cwd: path, env, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.equal(err, "");
  return out;
}

test("the package has the version of Everturn, its licence, and nothing but what is built", () => {
  const { version, dependencies } = JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8"));
  assert.equal(version, JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version);
  assert.deepEqual(Object.keys(dependencies), ["eventsource-parser"]);
  assert.deepEqual(readdirSync(unpacked).sort(), ["README.md", "dist", "package.json"]);
  assert.ok(readdirSync(join(unpacked, "dist")).includes("LICENSE"));
});

test("in a fresh Node project the first example of the guide prints an answer", async () => {
  const { path, write } = project("node", {});
  write("ask.mjs", example("ask.mjs"));
  assert.equal(await runNode(path, ["ask.mjs", script({ text: "It works." })]), "It works.\n");
});

test("strict TypeScript takes the examples, with the resolution of Node and with that of bundlers", () => {
  const { path, write } = project("typescript", {
    "@types/node": "node_modules/@types/node",
    "undici-types": "node_modules/undici-types",
    "@types/react": "console/node_modules/@types/react",
    csstype: "console/node_modules/csstype",
  });
  write("events.ts", example("events.ts"));
  write("app.tsx", example("app.tsx"));
  const strict = [
    "--strict",
    "--noUncheckedIndexedAccess",
    "--exactOptionalPropertyTypes",
    "--skipLibCheck",
    "false",
    "--noEmit",
  ];
  const shared = [...strict, "--target", "es2022", "--lib", "es2023,dom,dom.iterable", "--jsx", "react-jsx"];
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ] as const) {
    const how = ["--module", module, "--moduleResolution", resolution, "--types", "node"];
    const compiler = join(ROOT, "test/clients/node_modules/typescript/bin/tsc");
    run(process.execPath, [compiler, ...shared, ...how, "events.ts", "app.tsx"], path);
  }
});

test("in a fresh Vite project the React example is built, and shows the chat as it is written", async () => {
  const { path, write } = project("vite", {
    vite: "console/node_modules/vite",
    react: "console/node_modules/react",
    "react-dom": "console/node_modules/react-dom",
    "happy-dom": "test/clients/node_modules/happy-dom",
  });
  write("app.tsx", example("app.tsx"));
  write("main.tsx", MAIN);
  write("index.html", '<div id="root"></div><script type="module" src="/main.tsx"></script>');
  run(process.execPath, ["node_modules/vite/bin/vite.js", "build", "--logLevel", "error"], path);
  const [bundle] = readdirSync(join(path, "dist/assets"));
  assert.match(bundle ?? "", /\.js$/);
  const { id } = await world.createChat(script({ text: "Shown in a page." }));
  write("page.mjs", PAGE.replace("BUNDLE", `./dist/assets/${bundle}`));
  assert.match(await runNode(path, ["page.mjs", id]), /Shown in a page\./);
});

const MAIN = `
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
createRoot(document.getElementById("root")!).render(<App chatId={location.hash.slice(1)} />);
`;

/** A page without a browser: it is at the server's address, and its calls carry the key as a browser would send its cookie. */
const PAGE = `
import { Window } from "happy-dom";
const { EVERTURN_URL: url, EVERTURN_API_KEY: key } = process.env;
const window = new Window({ url: url + "/#" + process.argv[2] });
window.document.body.innerHTML = '<div id="root"></div>';
const send = fetch;
Object.assign(globalThis, {
  window,
  document: window.document,
  location: window.location,
  HTMLIFrameElement: window.HTMLIFrameElement,
  fetch: (path, init) => send(new URL(path, url), { ...init, headers: { ...init.headers, authorization: "Bearer " + key } }),
});
await import("BUNDLE");
for (;;) {
  const text = window.document.body.textContent;
  if (/Shown in a page\\.(?!")/.test(text) && window.document.querySelector("[data-role=assistant]") !== null) {
    console.log(window.document.querySelector("[data-role=assistant]").textContent);
    process.exit(0);
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
}
`;
