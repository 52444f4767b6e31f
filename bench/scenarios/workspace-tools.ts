// Scenario: what the sandbox, the agent and a turn add to running a command, and how fast files go through the agent.
// Uses the local driver itself, and a whole turn.
import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentApi } from "../../workspaces/agent/api.ts";
import { openAgent } from "../../workspaces/client/agent-client.ts";
import { createLocalDriver } from "../../workspaces/drivers/local/local.ts";
import { waitForCall } from "../clients/demo-client.ts";
import { post, watchChat } from "../clients/everturn-client.ts";
import { isRest } from "../clients/frames.ts";
import { now } from "../clock.ts";
import { row } from "../row.ts";
import type { Scenario, Surroundings } from "../scenario.ts";

const samplesMeasured = 200;
const samplesQuick = 30;
const turnsMeasured = 40;
const turnsQuick = 8;
const turnsWarmUp = 2;
const samplesWarmUp = 10;
const filesAtOnce = 8;
/** A source file of usual size. */
const fileText = `${"x".repeat(79)}\n`.repeat(25);
const COMMAND = "true";

export const workspaceTools: Scenario = {
  name: "workspace-tools",
  liveBus: "postgres",
  async run(surroundings) {
    const count = surroundings.isQuick ? samplesQuick : samplesMeasured;
    const direct = await withAgent((agent) => measureAgent(agent, count));
    const turns = await measureTurns(surroundings, surroundings.isQuick ? turnsQuick : turnsMeasured);
    return [
      row("command through the agent", direct.commands, { floor: direct.bare }),
      row("execute in a turn, call to next request", turns, { floor: direct.bare }),
      row("files written through the agent", [direct.writtenPerS], { unit: "files/s" }),
      row("files read through the agent", [direct.readPerS], { unit: "files/s" }),
    ];
  },
};

async function withAgent<T>(work: (agent: AgentApi) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), "everturn-bench-ws-"));
  const driver = createLocalDriver({
    dataDir,
    deployment: "bench",
    secretKey: randomBytes(32),
    allowUnsandboxed: false,
  });
  const id = randomUUID();
  const limits = { memory_mib: 1_024, cpus: 1, pids: 256 };
  const plan = { image: "", files: null, env: {}, network: false, limits };
  const { signal } = new AbortController();
  try {
    await driver.provision(id, plan, { signal, log: () => undefined });
    const agent = openAgent(await driver.connect(id, plan, signal));
    try {
      return await work(agent);
    } finally {
      agent.close();
    }
  } finally {
    await driver.destroy(id);
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measureAgent(agent: AgentApi, count: number) {
  const commands: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < count + samplesWarmUp; i++) {
    // In turn, so that a busy moment of the machine affects both.
    const [one, other] = [await timed(() => runInAgent(agent)), await timed(runBare)];
    if (i < samplesWarmUp) continue;
    commands.push(one);
    bare.push(other);
  }
  const { signal } = new AbortController();
  const path = (i: number) => `files/${i}.txt`;
  const write = (i: number) =>
    agent.files.writeFile({ key: randomUUID(), path: path(i), content: fileText }, signal);
  const writtenPerS = await perSecond(count, write);
  const readPerS = await perSecond(count, (i) => agent.files.readLines({ path: path(i) }, signal));
  return { commands, bare, writtenPerS, readPerS };
}

async function runInAgent(agent: AgentApi): Promise<void> {
  const { signal } = new AbortController();
  const key = randomUUID();
  await agent.processes.start({ key, command: COMMAND }, signal);
  for await (const event of agent.processes.follow({ key, offset: 0 }, signal)) {
    if (event.type === "ended" && event.process.exit_code !== 0) throw new Error("the command failed");
  }
}

async function runBare(): Promise<void> {
  await once(spawn("/bin/bash", ["-c", COMMAND], { stdio: "ignore" }), "exit");
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begunAt = now();
  await work();
  return now() - begunAt;
}

/** Several at a time, like parallel calls. */
async function perSecond(count: number, work: (i: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  const ms = await timed(() => Promise.all(Array.from({ length: filesAtOnce }, worker)));
  return (count * 1_000) / ms;
}

/** From the end of an answer that calls `execute` to the next request at the provider, in turns of one chat. */
async function measureTurns({ everturn, stack }: Surroundings, count: number): Promise<number[]> {
  const create = { tool_calls: [{ name: "create_workspace", args: { template: "blank" } }] };
  const content = `#script ${JSON.stringify({ steps: [create], key: randomUUID() })}`;
  const { id } = await post<{ id: string }>(everturn, "/v1/chats", { content });
  const chat = watchChat(everturn, id);
  await chat.next(isRest);
  const samples: number[] = [];
  for (let i = 0; i < count + turnsWarmUp; i++) {
    const key = randomUUID();
    const step = { tool_calls: [{ name: "execute", args: { command: COMMAND } }] };
    const rest = chat.next(isRest);
    await post(everturn, `/v1/chats/${id}/messages`, {
      content: `#script ${JSON.stringify({ steps: [step, { text: "done" }], key })}`,
    });
    await rest;
    const [first, second] = await Promise.all([
      waitForCall(stack.modelUrl, { key, event: "finished", call: 1 }),
      waitForCall(stack.modelUrl, { key, event: "started", call: 2 }),
    ]);
    if (i >= turnsWarmUp) samples.push(second.started_at - (first.finished_at ?? Number.NaN));
  }
  chat.close();
  return samples;
}
