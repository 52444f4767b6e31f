// Scenario: from the request to the first part at the reader, on an idle system.
import { randomUUID } from "node:crypto";
import { callProvider, type Script, waitForLog } from "../clients/demo-client.ts";
import {
  createChat,
  type EverturnAddress,
  sendMessage,
  type WatchedChat,
  watchChat,
} from "../clients/everturn-client.ts";
import { isPart, isProviderText, isRest, showsAnswer } from "../clients/frames.ts";
import { now } from "../clock.ts";
import { sumOfPairs } from "../percentiles.ts";
import { row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

const samplesMeasured = 100;
const samplesQuick = 20;
/** First calls pay for connections, compiled code and prepared statements. */
const samplesWarmUp = 10;

export const firstPart: Scenario = {
  name: "first-part",
  liveBus: "postgres",
  async run({ stack, everturn, isQuick }) {
    const samples: Sample[] = [];
    const watched = await startWatchedChat(everturn);
    const count = samplesWarmUp + (isQuick ? samplesQuick : samplesMeasured);
    for (let i = 0; i < count; i++) {
      // In turn, so that a busy moment of the machine affects all of them.
      const created = await measureCreate(everturn, stack.modelUrl);
      const sent = await measureSend(everturn, watched);
      const temporal = await stack.bare.untilActivity();
      const provider = await measureProvider(stack.modelUrl);
      samples.push({ ...created, sent, temporal, provider });
    }
    watched.close();
    return rowsOf(samples.slice(samplesWarmUp));
  },
};

interface Sample {
  readonly created: number;
  readonly accepted: number;
  readonly asked: number;
  readonly sent: number;
  readonly temporal: number;
  readonly provider: number;
}

function rowsOf(samples: readonly Sample[]) {
  const of = (name: keyof Sample) => samples.map((sample) => sample[name]);
  const floor = sumOfPairs(of("temporal"), of("provider"));
  const aims = [{ type: "ratio-at-most", value: 1.3 }] as const;
  return [
    row("first part, new chat", of("created"), { floor, aims }),
    row("… until the answer 201", of("accepted")),
    row("… until the provider is asked", of("asked"), { floor: of("temporal") }),
    row("first part, watched chat", of("sent"), { floor, aims }),
    row("floor: bare workflow to its activity", of("temporal")),
    row("floor: provider called directly", of("provider")),
  ];
}

/** Continues after its first part, so that a reader who comes at once still sees it live. */
function newScript(): Script {
  return { key: randomUUID(), parts: 4, rate: 40 };
}

async function measureCreate(everturn: EverturnAddress, modelUrl: string) {
  const script = newScript();
  const begunAt = now();
  const id = await createChat(everturn, script);
  const acceptedAt = now();
  const chat = watchChat(everturn, id);
  const rest = chat.next(isRest);
  const shownAt = await chat.next(showsAnswer);
  await rest;
  chat.close();
  const { started_at } = await waitForLog(modelUrl, script.key, "started");
  return { created: shownAt - begunAt, accepted: acceptedAt - begunAt, asked: started_at - begunAt };
}

async function startWatchedChat(everturn: EverturnAddress) {
  const chat = watchChat(everturn, await createChat(everturn, newScript()));
  await chat.next(isRest);
  return chat;
}

async function measureSend(everturn: EverturnAddress, chat: WatchedChat) {
  const [shown, rest] = [chat.next(isPart), chat.next(isRest)];
  const begunAt = now();
  await sendMessage(everturn, chat.id, newScript());
  const shownAt = await shown;
  await rest;
  return shownAt - begunAt;
}

async function measureProvider(modelUrl: string): Promise<number> {
  const begunAt = now();
  const shown = Promise.withResolvers<number>();
  const connection = callProvider(modelUrl, newScript(), (frame, at) => {
    if (isProviderText(frame)) shown.resolve(at - begunAt);
  });
  await connection.ended;
  return shown.promise;
}
