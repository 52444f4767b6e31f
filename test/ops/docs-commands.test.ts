// What the README and the docs print is run here as it is printed, page after page, against a stack that `npm start` brought up.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createTemplateShelf } from "../../workspaces/templates/templates.ts";
import { type Newcomer, startNewcomer } from "../support/docs/newcomer.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** In the order a reader meets them: variables set on one page may be used on those behind it. */
const PAGES = [
  "README.md",
  "docs/getting-started.md",
  "docs/models.md",
  "docs/workspaces.md",
  "docs/agents/your-own-agent.md",
  "docs/agents/structured-output.md",
  "docs/streaming.md",
  "docs/operations.md",
  "docs/deploying.md",
];

/** Lines that are run elsewhere, each with where. */
const RUN_ELSEWHERE: Readonly<Record<string, string>> = {
  "npm start": "by this file",
  "EVERTURN_TOOLS_DIR=my-tools npm start": "by this file, which starts the stack with the page's tool",
  "OPENAI_API_KEY=… npm start": "needs a key of the provider",
  "ANTHROPIC_API_KEY=… EVERTURN_DEFAULT_MODEL=anthropic/claude-sonnet-4-5 npm start":
    "needs a key of the provider",
  "OPENAI_API_KEY=none OPENAI_BASE_URL=http://127.0.0.1:11434/v1 EVERTURN_DEFAULT_MODEL=openai/qwen3 npm start":
    "needs a server of the reader's",
  "npm run demo -- --console": "wants a person who watches: test/console/demo-console.test.ts",
  "npm run everturn -- workers promote 2026-11":
    "test/deploy/rolling-deploy.test.ts promotes a build that there is",
  "cp .env.example .env": "test/ops/containers.test.ts reads the file",
  "docker compose up --build --wait":
    "needs an engine: test/ops/containers.test.ts and test/ops/containers-run.test.ts",
};

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length,
    language: match[1] ?? "",
    text: match[2] ?? "",
  }));
}

/** A line without its comment, as the table above names it. */
function command(line: string): string {
  return line.replace(/\s+#.*$/, "").trim();
}

const blocks = PAGES.flatMap(blocksOf);
let newcomer: Newcomer;

before(async () => {
  const [tool, client] = blocks.filter(
    ({ page, language }) => page === "docs/agents/your-own-agent.md" && language === "js",
  );
  newcomer = await startNewcomer({
    env: { EVERTURN_TOOLS_DIR: "my-tools" },
    files: { "my-tools/roll-dice.mjs": tool?.text ?? "", "ask.mjs": client?.text ?? "" },
  });
});

after(() => newcomer.stop());

test("the curl in the box works as it stands, and streams a whole turn", async () => {
  const printed = newcomer.printed();
  assert.match(
    await newcomer.run(printed.slice(printed.indexOf("CHAT=$("))),
    /event: message_part[^]*"status":"waiting"/,
  );
});

test("every command of README and docs works as it is printed, page after page", async () => {
  const script = blocks
    .filter(({ language }) => language === "sh")
    .map(({ page, line, text }) => {
      const kept = text.split("\n").filter((one) => !(command(one) in RUN_ELSEWHERE));
      return `echo "== ${page}:${line}"\n${kept.join("\n")}`;
    })
    .join("\n");
  const output = await newcomer.run(script);
  assert.match(output, /event: message_part/, "README's turn streams");
  assert.match(output, /"ok":false/, "the provider of docs/models.md that is nobody's is told so in words");
  assert.match(output, /"prefill":"continue_final_message"/);
  assert.match(output, /"shown":\[\d,\d\]/, "the tool of docs/agents/your-own-agent.md rolls its dice");
  assert.match(output, /\[user\] Does my arrow hit\?\n\[assistant\] ./, "its client prints the answer");
  assert.match(output, /"structured_output":\{"city":"demo","inhabitants":1\}/, "a message has its value");
  assert.match(output, /"workspace_id":"[0-9a-f-]{36}"/, "the chat of docs/workspaces.md has its workspace");
});

test("what is listed as run elsewhere still stands in the docs", () => {
  const lines = new Set(blocks.flatMap(({ text }) => text.split("\n").map(command)));
  for (const line of Object.keys(RUN_ELSEWHERE)) assert.ok(lines.has(line), line);
});

test("each page sets the variables that its commands use", () => {
  for (const page of PAGES) {
    const text = blocksOf(page)
      .filter(({ language }) => language === "sh")
      .map((block) => block.text)
      .join("\n");
    for (const [, name = ""] of text.matchAll(/\$([A-Z_]+)/g))
      assert.match(text, new RegExp(`^${name}=`, "m"), `${page} uses $${name} and sets it nowhere`);
  }
});

test("the client of docs/streaming.md prints a finished chat, and one line for a wrong key", async () => {
  const client = blocks.find(({ page, language }) => page === "docs/streaming.md" && language === "js");
  const { apiUrl, apiKey, folder } = newcomer;
  const file = join(folder, "watch.mjs");
  writeFileSync(file, client?.text ?? "");
  const headers = { authorization: `Bearer ${apiKey}` };
  const listed = await fetch(`${apiUrl}/v1/chats?status=waiting`, { headers });
  const { items } = (await listed.json()) as { items: { id: string }[] };
  const watch = (key: string) =>
    spawn(process.execPath, [file, items[0]?.id ?? ""], {
      env: { ...newcomer.env, EVERTURN_URL: apiUrl, EVERTURN_API_KEY: key },
    });
  const good = watch(apiKey);
  let shown = "";
  for await (const chunk of good.stdout.setEncoding("utf8")) {
    shown += chunk;
    if (shown.includes("--- waiting")) break;
  }
  good.kill();
  assert.match(shown, /\[user\] .+[^]*\[assistant\] .+/);
  const bad = watch("ek_nobody");
  let words = "";
  bad.stderr.setEncoding("utf8").on("data", (chunk: string) => (words += chunk));
  const [code] = await once(bad, "close");
  assert.equal(code, 1);
  assert.match(words, /^401 unauthenticated: .+\n$/);
});

test("the template of docs/workspaces.md is one that Everturn takes", async () => {
  const yaml = blocks.find(({ page, language }) => page === "docs/workspaces.md" && language === "yaml");
  const folder = join(newcomer.folder, "docs-templates");
  mkdirSync(join(folder, "printed"), { recursive: true });
  writeFileSync(join(folder, "printed", "template.yaml"), yaml?.text ?? "");
  const { templates, faults } = await createTemplateShelf(folder).list();
  assert.deepEqual(faults, []);
  assert.equal(templates[0]?.title, "Node.js");
});
