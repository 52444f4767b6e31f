// Scenario: from the interrupt to the closed socket of the provider, to the last part that a reader still sees, and to
// the resting chat.
import { randomUUID } from "node:crypto";
import { callProvider, type Script, waitForLog } from "../clients/demo-client.ts";
import { createChat, type EverturnAddress, post, watchChat } from "../clients/everturn-client.ts";
import { isPart, isProviderText, isRest } from "../clients/frames.ts";
import { now, pause } from "../clock.ts";
import { row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

const samplesMeasured = 50;
const samplesQuick = 12;
const samplesWarmUp = 3;
const midAnswerMs = 400;

interface Sample {
  readonly closed: number;
  /** 0 if no part came after the POST. */
  readonly lastPart: number;
  readonly waiting: number;
}

export const interrupt: Scenario = {
  name: "interrupt",
  liveBus: "postgres",
  async run({ stack, everturn, isQuick }) {
    const [measured, floor]: [Sample[], number[]] = [[], []];
    const count = samplesWarmUp + (isQuick ? samplesQuick : samplesMeasured);
    for (let i = 0; i < count; i++) {
      measured.push(await interruptChat(everturn, stack.modelUrl));
      floor.push(await closeDirectly(stack.modelUrl));
    }
    const of = (name: keyof Sample) => measured.slice(samplesWarmUp).map((sample) => sample[name]);
    return [
      row("interrupt to closed provider socket", of("closed"), {
        floor: floor.slice(samplesWarmUp),
        aims: [{ type: "at-most", of: "p50", value: 5 }],
      }),
      row("… to the last part a reader sees", of("lastPart"), {
        aims: [{ type: "at-most", of: "p95", value: 150 }],
      }),
      row("… until the reader is told: waiting", of("waiting")),
    ];
  },
};

function longAnswer(): Script {
  // Fast, so that parts are on their way whenever it is stopped.
  return { key: randomUUID(), parts: 1_000, rate: 100 };
}

async function interruptChat(everturn: EverturnAddress, modelUrl: string): Promise<Sample> {
  const script = longAnswer();
  let lastPartAt = 0;
  const chat = watchChat(everturn, await createChat(everturn, script), (frame, at) => {
    if (isPart(frame)) lastPartAt = at;
  });
  await chat.next(isPart);
  // In the middle of it: the costs of starting are over.
  await pause(midAnswerMs);
  const rest = chat.next(isRest);
  const begunAt = now();
  await post(everturn, `/v1/chats/${chat.id}/interrupt`);
  const closedAt = await whenClosed(modelUrl, script.key);
  const restAt = await rest;
  chat.close();
  return {
    closed: closedAt - begunAt,
    lastPart: Math.max(0, lastPartAt - begunAt),
    waiting: restAt - begunAt,
  };
}

/** What a client without Everturn needs to close the socket. */
async function closeDirectly(modelUrl: string): Promise<number> {
  const script = longAnswer();
  const flows = Promise.withResolvers<void>();
  const connection = callProvider(modelUrl, script, (frame) => {
    if (isProviderText(frame)) flows.resolve();
  });
  await flows.promise;
  const begunAt = now();
  connection.close();
  return (await whenClosed(modelUrl, script.key)) - begunAt;
}

async function whenClosed(modelUrl: string, key: string): Promise<number> {
  const { client_closed_at } = await waitForLog(modelUrl, key, "client_closed");
  if (client_closed_at === null) throw new Error("the demo model saw no closed socket");
  return client_closed_at;
}
