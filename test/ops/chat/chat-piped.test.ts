// Tests: the chat in a pipe, as its own process: the answer alone, and an exit code that scripts can use. And once at a real
// terminal, where the machine can make one.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startEverturn, type Everturn as World } from "../../support/everturn.ts";
import { script } from "../../support/turn/settled.ts";

const CLI = fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));

let world: World;
let home: string;
before(async () => {
  world = await startEverturn();
  home = mkdtempSync(join(tmpdir(), "everturn-chat-home-"));
});
after(async () => {
  await world.stop();
  rmSync(home, { recursive: true });
});

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: home,
    // No stack runs there.
    EVERTURN_DATA_DIR: join(home, "data"),
    EVERTURN_URL: world.url,
    EVERTURN_API_KEY: world.key,
    NODE_COMPILE_CACHE: world.env["NODE_COMPILE_CACHE"],
    ...more,
  };
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function begin(
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [CLI, "chat", ...args], { env: environment(env), stdio: "pipe" });
  const code = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const ended = Promise.all([code, text(child.stdout), text(child.stderr)]).then(([status, out, err]) => ({
    code: status,
    out,
    err,
  }));
  return { child, ended };
}

function ask(question: string, args: readonly string[] = [], env?: NodeJS.ProcessEnv): Promise<Ended> {
  const { child, ended } = begin(args, env);
  child.stdin?.end(question);
  return ended;
}

test("a question in a pipe gets the answer alone, and 0", async () => {
  const steps = [{ tool_calls: [{ name: "list_templates", args: {} }] }, { text: "**Four**\u001b[31m\n" }];
  const asked = await ask(`${script(steps)}\n`);
  assert.deepEqual(asked, { code: 0, out: "**Four**\u001b[31m\n\n", err: "" });
});

test("--resume goes on with the newest chat or with the one that is named, and --model chooses who answers", async () => {
  const { id } = await world.call<{ id: string }>("POST", "/v1/chats", {
    content: script({ text: "first" }),
  });
  await world.reader(id).untilIdle();
  assert.equal((await ask(script({ text: "second" }), ["--resume"])).out, "second\n");
  assert.equal((await ask(script({ text: "third" }), ["--resume", id])).out, "third\n");
  const other = await ask("hello", ["--model", "nobody"]);
  assert.equal(other.code, 1);
  assert.match(other.err, /There is no model nobody\. There are: /u);
});

test("a turn that fails ends with 1, and says why and how to go on", async () => {
  const failed = await ask(script({ http_error: { status: 401, message: "no" } }));
  assert.equal(failed.code, 1);
  assert.equal(failed.out, "");
  assert.match(failed.err, /--resume [0-9a-f-]{36}/u);
});

test("a chat that waits for a person ends with 3", async () => {
  const { id } = await world.call<{ id: string }>("POST", "/v1/chats", {
    approval_policy: { list_templates: "ask" },
  });
  const asked = await ask(script({ tool_calls: [{ name: "list_templates", args: {} }] }), ["--resume", id]);
  assert.equal(asked.code, 3);
  assert.match(asked.err, /waits for a person \(list_templates\)/u);
});

test("SIGINT stops the turn, and ends with 130", async () => {
  const key = "piped";
  const { child, ended } = begin([]);
  child.stdin?.end(script({ parts: 20, hold_until: key, hold_after: 5 }, key));
  await world.model.waitFor({ key, event: "held" });
  child.kill("SIGINT");
  const stopped = await ended;
  assert.equal(stopped.code, 130);
  assert.match(stopped.err, /Stopped\. Go on with: npm run chat -- --resume/u);
  world.model.release(key);
});

test("a server that is not there ends with 69, a key that is refused with 1, and nothing to ask with 1", async () => {
  const away = await ask("hello", ["--url", "http://127.0.0.1:9"]);
  assert.equal(away.code, 69);
  const nowhere = await ask("hello", [], { EVERTURN_URL: "" });
  assert.equal(nowhere.code, 69);
  assert.match(nowhere.err, /npm start/u);
  const refused = await ask("hello", ["--key", "evt_wrong"]);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /does not accept the API key/u);
  assert.match((await ask("  ")).err, /nothing to ask/u);
});

test("at a real terminal it streams, keeps its history to itself, and leaves it as it was", async () => {
  // Python makes the terminal: it is the one program with a pty that both Debian and macOS bring along.
  const python = spawnSync("python3", ["-c", "import pty"]);
  assert.equal(python.status, 0, "this test needs python3, to make a terminal");
  const relay = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
  const child = spawn(
    "python3",
    ["-c", relay, process.execPath, CLI, "chat", "--", script({ text: "Hello, **you**." })],
    {
      env: environment({ TERM: "xterm-256color" }),
      stdio: "pipe",
    },
  );
  let seen = "";
  const saw = (words: string) =>
    new Promise<void>((resolve) => {
      const look = () => seen.includes(words) && resolve();
      child.stdout.on("data", look);
      look();
    });
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    seen += chunk;
  });
  const exit = new Promise((resolve) => child.once("exit", resolve));
  await saw("\u001b[1myou\u001b[22m");
  child.stdin.write("/cost\r");
  await saw("model calls");
  child.stdin.write("/quit\r");
  assert.equal(await exit, 0);
  assert.ok(seen.endsWith("\u001b[?2004l"), "bracketed paste is off again");
  const last = seen.slice(seen.lastIndexOf("--resume")).replace("\u001b[?2004l", "");
  assert.match(last, /^--resume [0-9a-f-]{36}\s*$/u, "the farewell is the last thing that is said");
  assert.equal(statSync(join(home, ".local/state/everturn/chat-history")).mode & 0o777, 0o600);
});
