// The workspace agent: processes over the wire of a real daemon.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { isAlive } from "../../platform/system-processes.ts";
import type { ProcessInfo } from "../../workspaces/agent/api.ts";
import { agentPaths, processPath } from "../../workspaces/agent/wire/protocol.ts";
import { soon } from "../support/soon.ts";
import { AgentFixture } from "../support/workspace/agent-fixture.ts";

const agent = await AgentFixture.start({ after });

test("W5 a command's output comes in the order of both streams, then how it ended", async () => {
  const command = "for i in 1 2 3; do echo out$i; echo err$i >&2; done; pwd; exit 7";
  const { created, process } = await agent.run({ key: "order", command });
  assert(created);
  assert.equal(process.cwd, ".");
  const { text, process: ended } = await agent.followed("order");
  assert.equal(text, `out1\nerr1\nout2\nerr2\nout3\nerr3\n${agent.root}\n`);
  assert.deepEqual(
    [ended.state, ended.exit_code, ended.signal, ended.output_bytes, ended.output_kept_from, ended.pid],
    ["exited", 7, null, text.length, 0, null],
  );
  assert.notEqual(ended.ended_at, null);
});

test("a command's streams are pipes that can be opened again by name", async () => {
  await agent.run({
    key: "dev",
    command: "echo one > /dev/stderr; echo two > /dev/stdout; echo x | tee /dev/stderr",
  });
  assert.equal((await agent.followed("dev")).text, "one\ntwo\nx\nx\n");
});

test("W5 twenty racing starts under one key run the command once, and all are told of the same process", async () => {
  const spec = { key: "race", command: "echo ran >> race.txt; echo done" };
  const answers = await Promise.all(Array.from({ length: 20 }, async () => agent.run(spec)));
  await agent.followed("race");
  assert.equal(readFileSync(join(agent.root, "race.txt"), "utf8"), "ran\n");
  assert.equal(answers.filter(({ created }) => created).length, 1);
  assert.equal(new Set(answers.map(({ process }) => process.started_at)).size, 1);
  assert.equal((await agent.run(spec)).created, false);
});

test("a key that stood for another command is a conflict, and nothing runs", async () => {
  await agent.run({ key: "taken", command: "true" });
  for (const other of [
    { command: "touch other" },
    { command: "true", cwd: "x" },
    { command: "true", stdin: true },
  ]) {
    const refusal = await agent.refusal({ path: agentPaths.processes, body: { key: "taken", ...other } });
    assert.deepEqual([refusal.status, refusal.code], [409, "key_conflict"]);
  }
  const { text } = await (async () => {
    await agent.run({ key: "look", command: "ls other 2>/dev/null" });
    return agent.followed("look");
  })();
  assert.equal(text, "");
});

test("every key that the pattern allows names a process, dots too", async () => {
  for (const key of ["..", ".", "-", "A".repeat(100)]) {
    await agent.run({ key, command: `echo '${key}'` });
    assert.equal((await agent.followed(key)).text, `${key}\n`);
  }
});

test("W5 output is read from any offset, by range and by following", async () => {
  await agent.run({ key: "offsets", command: "printf 0123456789" });
  await agent.followed("offsets");
  const middle = await agent.output("offsets", "offset=3&max_bytes=4");
  assert.deepEqual([middle.offset, middle.text, middle.process.output_bytes], [3, "3456", 10]);
  const { offset, text } = await agent.followed("offsets", 8);
  assert.deepEqual([offset, text], [8, "89"]);
  assert.equal((await agent.output("offsets", "offset=10")).text, "");
  assert.equal((await agent.output("offsets", "offset=99&wait_ms=20000")).text, "");
});

test("waiting for output ends with the first byte, and with the process", async () => {
  await agent.run({ key: "waiter", command: "read line; echo got $line; read line", stdin: true });
  const waited = agent.output("waiter", "offset=0&wait_ms=20000");
  await agent.act("waiter", "input", { text: "it\n" });
  assert.equal((await waited).text, "got it\n");
  const atEnd = agent.output("waiter", "offset=7&wait_ms=20000");
  await agent.act("waiter", "input", { text: "", end: true });
  assert.equal((await atEnd).process.state, "exited");
});

test("the environment is clean: what is given and a few basics, never the token", async () => {
  await agent.run({
    key: "env",
    command: "env | sort; cat /proc/$$/environ | tr '\\0' '\\n'",
    env: { GIVEN: "é x" },
  });
  const lines = Buffer.from((await agent.followed("env")).text, "latin1")
    .toString()
    .split("\n");
  const names = new Set(lines.map((line) => line.split("=")[0]));
  for (const name of ["PATH", "HOME", "LANG", "TERM", "GIVEN"]) assert(names.has(name), name);
  assert(lines.includes("GIVEN=é x") && lines.includes(`HOME=${agent.root}`));
  const unattended =
    "CI DEBIAN_FRONTEND EDITOR GIT_EDITOR GIT_PAGER GIT_TERMINAL_PROMPT PAGER PIP_NO_INPUT npm_config_yes".split(
      " ",
    );
  for (const name of unattended) assert(names.has(name), name);
  const basics = ["PATH", "HOME", "LANG", "TERM", "GIVEN", "PWD", "OLDPWD", "SHLVL", "_", ""];
  const allowed = new Set([...basics, ...unattended]);
  assert.deepEqual(
    [...names].filter((name) => !allowed.has(name ?? "")),
    [],
  );
});

test("W7 a folder to run in lies below the root, wherever links lead", async () => {
  mkdirSync(join(agent.root, "sub/deep"), { recursive: true });
  symlinkSync("sub/deep", join(agent.root, "inward"));
  symlinkSync("/", join(agent.root, "outward"));
  await agent.run({ key: "in", command: "pwd", cwd: "inward" });
  const { text, process } = await agent.followed("in");
  assert.deepEqual([text, process.cwd], [`${agent.root}/sub/deep\n`, "sub/deep"]);
  for (const cwd of ["..", "/", "outward", "outward/tmp", "sub/../..", "/etc", "../nowhere"]) {
    const refusal = await agent.refusal({
      path: agentPaths.processes,
      body: { key: "out", command: "true", cwd },
    });
    assert.equal(refusal.code, "outside_workspace", cwd);
  }
});

test("a folder that is not there is a result with words, kept under its key", async () => {
  writeFileSync(join(agent.root, "file"), "");
  for (const cwd of ["nowhere", "file"]) {
    const { process } = await agent.run({ key: `no-${cwd}`, command: "true", cwd });
    assert.deepEqual([process.state, process.exit_code], ["exited", 127]);
    assert.match(process.start_error ?? "", /not there/);
    assert.deepEqual((await agent.followed(`no-${cwd}`)).process, process);
  }
});

test("input goes to who takes it, until it is closed", async () => {
  await agent.run({ key: "cat", command: "cat", stdin: true });
  await agent.act("cat", "input", { text: "one\n" });
  await agent.act("cat", "input", { text: "two\n", end: true });
  assert.equal((await agent.followed("cat")).text, "one\ntwo\n");
  const ended = await agent.refusal({ path: processPath("cat", "input"), body: { text: "x" } });
  assert.equal(ended.code, "process_ended");
  await agent.run({ key: "deaf", command: "cat; sleep 60" });
  const deaf = await agent.refusal({ path: processPath("deaf", "input"), body: { text: "x" } });
  assert.equal(deaf.code, "bad_request");
  await agent.act("deaf", "signal", { signal: "SIGKILL" });
});

test("a signal reaches all that the command started", async () => {
  await agent.run({ key: "group", command: "sleep 60 & sleep 60 | cat; echo not here" });
  await agent.act("group", "signal", { signal: "SIGTERM" });
  const { text, process } = await agent.followed("group");
  assert.deepEqual([text, process.state, process.exit_code, process.signal], ["", "exited", null, "SIGTERM"]);
  // Nothing happens when it has ended.
  assert.deepEqual(await agent.act("group", "signal", { signal: "SIGKILL" }), process);
});

test("W5 what a command leaves running is listed with it, and a signal reaches it", async () => {
  // It leaves the command's group, session and environment.
  const background = "env -i setsid sleep 600 >/dev/null 2>&1 & echo $!";
  await agent.run({ key: "leaves", command: background });
  const pid = Number((await agent.followed("leaves")).text);
  const survivors = async () => {
    const { processes } = await agent.json<{ processes: ProcessInfo[] }>({ path: agentPaths.processes });
    const found = processes.find(({ key }) => key === "leaves");
    assert.equal(found?.state, "exited");
    return found?.survivors;
  };
  assert.equal(await survivors(), 1);
  await agent.act("leaves", "signal", { signal: "SIGTERM" });
  await soon("it ends", () => !isAlive(pid));
  assert.equal(await survivors(), 0);
});

test("I2 a command that is told to end takes along what left its group and ignores SIGTERM", async () => {
  const deaf = "env -i setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done'";
  await agent.run({ key: "ended", command: `${deaf} & sleep 600` });
  const { text } = await agent.output("ended", "offset=0&wait_ms=20000");
  await agent.act("ended", "signal", { signal: "SIGTERM" });
  assert.equal((await agent.followed("ended")).process.signal, "SIGTERM");
  await soon("it ends", () => !isAlive(Number(text)));
});

test("a child left in the background neither delays the end nor dies of its output", async () => {
  const background = "while echo tick; do echo tick >> ticks; sleep 0.01; done";
  await agent.run({ key: "background", command: `(${background}) & echo $!` });
  const { text, process } = await agent.followed("background");
  assert.deepEqual([process.state, process.exit_code], ["exited", 0]);
  // It goes on after the end was told.
  const more =
    "n=$(wc -l < ticks); until [ $(wc -l < ticks) -gt $((n + 5)) ]; do sleep 0.01; done; echo alive";
  await agent.run({ key: "alive", command: `${more}; kill -9 ${/\d+/.exec(text)?.[0]}` });
  assert.equal((await agent.followed("alive")).text, "alive\n");
});

test("bytes come as they were written", async () => {
  const command = `printf '%b' "$(printf '\\\\x%02x' $(seq 0 255))"`;
  await agent.run({ key: "bytes", command });
  const { text } = await agent.followed("bytes");
  assert.equal(text, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("latin1"));
});

test("more output than is kept loses its beginning, and says from where it is kept", async () => {
  await agent.run({ key: "loud", command: "yes 0123456 | head -c 75497472; echo end" });
  let bytes = 0;
  for await (const frame of agent.follow("loud")) if (frame.type === "output") bytes += frame.bytes.length;
  assert(bytes > 0);
  const process = await agent.get("loud");
  assert.equal(process.output_bytes, 75_497_472 + 4);
  const keptFrom = process.output_kept_from;
  assert(keptFrom > 0 && process.output_bytes - keptFrom <= 64 * 1024 * 1024, `kept from ${keptFrom}`);
  const first = await agent.output("loud", "offset=0&max_bytes=8");
  assert.deepEqual([first.offset, first.text], [keptFrom, "0123456\n"]);
  assert.equal((await agent.output("loud", "offset=75497472")).text, "end\n");
});

test("the list has the newest first, and cuts long commands", async () => {
  const command = `: ${"x".repeat(5_000)}`;
  await agent.run({ key: "long", command });
  const { processes } = await agent.json<{ processes: { key: string; command: string }[] }>({
    path: agentPaths.processes,
  });
  assert.equal(processes[0]?.key, "long");
  assert.equal(processes[0]?.command.length, 1_001);
  assert.equal((await agent.get("long")).command, command);
});

test("what no process can be is refused", async () => {
  const refused = [
    { key: "a/b", command: "true" },
    { key: "", command: "true" },
    { key: "nul", command: "echo \0" },
    { key: "long-command", command: "x".repeat(128 * 1024) },
    { key: "bad-env", command: "true", env: { "A=B": "" } },
    { key: "bad-env", command: "true", env: { A: 1 } },
    { key: "more", command: "true", shell: "zsh" },
    { command: "true" },
  ];
  for (const body of refused) {
    const { status, code } = await agent.refusal({ path: agentPaths.processes, body });
    assert.deepEqual([status, code], [400, "bad_request"]);
  }
  assert.equal((await agent.refusal({ path: processPath("unknown") })).code, "process_not_found");
  assert.equal((await agent.refusal({ path: `${processPath("unknown", "follow")}?offset=0` })).status, 404);
});

test("a command as long as the kernel takes runs", async () => {
  const start = "echo fits; : ";
  await agent.run({ key: "longest", command: start + "x".repeat(128 * 1024 - 1 - start.length) });
  assert.equal((await agent.followed("longest")).text, "fits\n");
});

test("where there are no FIFOs, both streams still come, whole", async (t) => {
  const bare = await AgentFixture.start(t, [], { PATH: "/nowhere" });
  await bare.run({ key: "k", command: "echo out; echo err >&2; echo $PATH" });
  const { text, process } = await bare.followed("k");
  assert.deepEqual([text.split("\n").sort(), process.exit_code], [["", "/nowhere", "err", "out"], 0]);
});
