// One chat from its first message to the verdict on it: its rounds, its readers among
// them, and then all there is of it held against what was sent.
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "./api-client.ts";
import { ChaosReader } from "./chaos-reader.ts";
import { ChatDriver } from "./chat-driver.ts";
import { type ChatLedger, type LedgerFork, openLedger } from "./chat-ledger.ts";
import { checkFork } from "./check/check-fork.ts";
import { COMMAND_MARK, expectedSteps, keyOf, outputOfCall } from "./check/expected-answer.ts";
import type { Finding } from "./check/finding.ts";
import { ReaderAudit } from "./check/reader-audit.ts";
import { textOf } from "./check/stored-row.ts";
import { untilRest, type Verification, type Verified, verifyChat } from "./check/verify-chat.ts";
import { verifySubagents } from "./check/verify-subagents.ts";
import { messagesOfChat } from "./fork-chat.ts";
import { type ChatPlan, messagesOf, type ReaderPlan } from "./plan/plan.ts";
import type { World } from "./world.ts";

export interface ChatStage {
  readonly world: World;
  readonly api: ApiClient;
  readonly plan: ChatPlan;
  readonly modelConfigId: string;
  readonly mcpServerIds: readonly string[];
  /** Of whichever replica a reader is to turn to next. */
  readonly nextUrl: () => string;
  /** Waits until another message may be sent, and counts it. */
  readonly begin: () => Promise<void>;
  /** Every reader that is reading, of all chats. */
  readonly readers: Set<ChaosReader>;
}

export interface PlayedChat extends Verification {
  readonly ledger: ChatLedger;
  readonly readers: readonly ChaosReader[];
  readonly forks: readonly Verified[];
  readonly subagents: readonly Verified[];
  readonly modelCalls: number;
  /** The longest time from the last move of a round to the chat's rest. */
  readonly longestToRestMs: number;
}

/** Throws `Stuck`, and when Everturn does not answer at all any more. */
export async function playChat(stage: ChatStage): Promise<PlayedChat> {
  const readers: ChaosReader[] = [];
  try {
    return await playRounds(stage, readers);
  } finally {
    for (const reader of readers) {
      reader.close();
      stage.readers.delete(reader);
    }
  }
}

async function playRounds(stage: ChatStage, readers: ChaosReader[]): Promise<PlayedChat> {
  const { world, api, plan } = stage;
  const { model, projectFolder } = world;
  const ledger = openLedger();
  const joining: Promise<void>[] = [];
  const forks: Fork[] = [];
  const driver = new ChatDriver({
    ...stage,
    model,
    ledger,
    projectFolder,
    untilRest: (chatId) => untilRest(world, chatId),
    onFork: (fork) => forks.push({ fork, reader: readFork(stage, readers, fork.id) }),
  });
  let longestToRestMs = 0;
  for (const [at, round] of plan.rounds.entries()) {
    for (const reader of plan.readers.filter(({ joins_at_round }) => joins_at_round === at)) {
      joining.push(join(stage, reader, driver).then((joined) => void readers.push(joined)));
    }
    await driver.play(round);
    const playedAt = performance.now();
    await untilRest(world, await driver.created);
    longestToRestMs = Math.max(longestToRestMs, performance.now() - playedAt);
  }
  await Promise.all(joining);
  const own = readers.filter((reader) => forks.every((one) => one.reader !== reader));
  const done = await verifyChat({ world, api, plan, ledger, readers: own, chatId: await driver.created });
  const verifiedForks: Verified[] = [];
  const findings: Finding[] = [...done.findings];
  for (const fork of forks) {
    const verification = await verifyFork(stage, fork);
    findings.push(...verification.findings);
    verifiedForks.push(verification.verified);
  }
  const subagents = await verifySubagents(
    { world, plan, ledger },
    { ...done, chat_id: done.verified.chat_id },
  );
  findings.push(...subagents.findings);
  const modelCalls = messagesOf(plan.rounds).flatMap(({ key }) => model.requests(key)).length;
  // A workspace's agent is a process: a long run would otherwise end with a hundred of them.
  if (done.workspace_id !== null) await api.ask("DELETE", `/v1/workspaces/${done.workspace_id}`);
  return {
    ...done,
    findings,
    forks: verifiedForks,
    subagents: subagents.verified,
    ledger,
    readers,
    modelCalls,
    longestToRestMs,
  };
}

interface Fork {
  readonly fork: LedgerFork;
  readonly reader: ChaosReader;
}

async function verifyFork(stage: ChatStage, { fork, reader }: Fork): Promise<Verification> {
  const { world, api, plan } = stage;
  const { id: chatId, ledger, key } = fork;
  const name = `${plan.name} fork ${key}`;
  await untilRest(world, chatId);
  const messages = await messagesOfChat(api, chatId);
  const copied = messages.findIndex(({ role, content }) => role === "user" && keyOf(textOf(content)) === key);
  if (copied < 0) throw new Error(`${name} does not have its message`);
  const forkPlan = { ...plan, name };
  const done = await verifyChat({ world, api, plan: forkPlan, ledger, readers: [reader], chatId, copied });
  return { ...done, findings: [...checkFork(name, fork, messages.slice(0, copied)), ...done.findings] };
}

/** Cut as the first reader of its source is. */
function readFork(stage: ChatStage, readers: ChaosReader[], chatId: string): ChaosReader {
  const reader = openReader(stage, stage.plan.readers[0] as ReaderPlan, chatId);
  readers.push(reader);
  return reader;
}

/** Once there is a chat, and a while after its round has begun. */
async function join(stage: ChatStage, plan: ReaderPlan, driver: ChatDriver): Promise<ChaosReader> {
  const chatId = await driver.created;
  await sleep(plan.joins_after_ms);
  return openReader(stage, plan, chatId);
}

function openReader(stage: ChatStage, plan: ReaderPlan, chatId: string): ChaosReader {
  const steps = messagesOf(stage.plan.rounds).flatMap(expectedSteps);
  const outputs = steps.flatMap(({ tools }) => tools.flatMap(({ args }) => outputOfCall(args)?.output ?? []));
  const expected = [...steps.flatMap(({ text, reasoning }) => [text, reasoning]), ...outputs];
  const audit = new ReaderAudit(expected, COMMAND_MARK);
  const { nextUrl, world } = stage;
  const reader = new ChaosReader({ chatId, key: world.key, plan, nextUrl, audit });
  stage.readers.add(reader);
  return reader;
}
