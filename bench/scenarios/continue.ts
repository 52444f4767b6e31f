// Scenario: a worker is killed in mid-answer, with a model that continues the text and with one that starts over. How
// long does the reader wait, how much stays, and what is paid twice?
import { randomUUID } from "node:crypto";
import { callsOf, type Script } from "../clients/demo-client.ts";
import { createChat, type EverturnAddress, get, post, watchChat } from "../clients/everturn-client.ts";
import { isRest, partIn } from "../clients/frames.ts";
import { type Row, row } from "../row.ts";
import type { Scenario, Surroundings } from "../scenario.ts";

const samplesMeasured = 8;
const samplesQuick = 2;
/** About six seconds of writing. */
const parts = 360;
const rate = 60;
/**
 * The worker is killed when the reader has seen three seconds' worth, and up to one more: checkpoints are a second
 * apart.
 */
const killedAfterParts = 180;
const killStepParts = 37;
/** There is one worker: the time until it is back and has noticed its own death (SPEC O10), and to call again. */
const backMs = 2_500;
const callMs = 500;

export const goOn: Scenario = {
  name: "continue",
  liveBus: "postgres",
  async run(around) {
    const count = around.isQuick ? samplesQuick : samplesMeasured;
    const models = await modelsOf(around.everturn);
    const [continued, anew]: [Sample[], Sample[]] = [[], []];
    for (let i = 0; i < count; i++) {
      const killedAfter = killedAfterParts + ((i * killStepParts) % rate);
      continued.push(await killInMidAnswer(around, { model: models.continued, killedAfter }));
      anew.push(await killInMidAnswer(around, { model: models.anew, killedAfter }));
    }
    return [...rowsOf("goes on", continued), ...rowsOf("begins anew", anew)];
  },
};

interface Sample {
  /** From the last part before to the first part after. */
  readonly gapMs: number;
  /** Of the text that was shown. */
  readonly keptPercent: number;
  /** The share of the answer that the model wrote twice. */
  readonly paidAgainPercent: number;
}

function rowsOf(what: string, samples: readonly Sample[]): Row[] {
  const of = (name: keyof Sample) => samples.map((sample) => sample[name]);
  const aims = [{ type: "at-most", of: "p50", value: backMs + callMs }] as const;
  return [
    row(`worker killed, answer ${what}: gap at the reader`, of("gapMs"), { aims }),
    row("… shown text kept", of("keptPercent"), { unit: "%" }),
    row("… output paid again", of("paidAgainPercent"), { unit: "%" }),
  ];
}

interface ModelConfig {
  readonly id: string;
  readonly provider: string;
  readonly provider_id: string;
}

/** The demo model through the API in which answers can continue, with the seeded setting and without it. */
async function modelsOf(everturn: EverturnAddress) {
  const { items } = await get<{ items: ModelConfig[] }>(everturn, "/v1/model-configs");
  const seeded = items.find(({ provider }) => provider === "anthropic");
  if (seeded === undefined) throw new Error("the demo model is not seeded");
  const { provider_id } = seeded;
  const config = { name: `anew ${randomUUID()}`, provider_id, model: "demo" };
  const anew = await post<{ id: string }>(everturn, "/v1/model-configs", config);
  return { continued: seeded.id, anew: anew.id };
}

interface Death {
  readonly model: string;
  /** Parts shown by then. */
  readonly killedAfter: number;
}

async function killInMidAnswer(
  { everturn, stack }: Surroundings,
  { model, killedAfter }: Death,
): Promise<Sample> {
  const script: Script = { key: randomUUID(), parts, rate };
  const half = Promise.withResolvers<void>();
  const first = { episode: "", shown: "", at: 0 };
  const again = { at: 0 };
  const chatId = await createChat(everturn, script, model);
  const chat = watchChat(everturn, chatId, (frame, at) => {
    const part = partIn(frame);
    if (part === null) return;
    if (first.episode === "") first.episode = part.episode;
    if (part.episode === first.episode) Object.assign(first, { shown: first.shown + part.text, at });
    else if (again.at === 0) again.at = at;
    if (first.shown.includes(`t${killedAfter} `)) half.resolve();
  });
  const rest = chat.next(isRest);
  await half.promise;
  everturn.killWorker();
  await rest;
  chat.close();
  const calls = await callsOf(stack.modelUrl, script.key);
  const written = calls.reduce((sum, { chunks_sent }) => sum + chunks_sent, 0);
  return {
    gapMs: again.at - first.at,
    keptPercent: (100 * begunText(calls.at(-1)?.body ?? {}).length) / first.shown.length,
    paidAgainPercent: (100 * (written - parts)) / parts,
  };
}

interface AnthropicBody {
  readonly messages?: readonly {
    readonly role: string;
    readonly content: readonly { readonly text?: string }[];
  }[];
}

/** The text that the model was asked to continue. */
function begunText(body: AnthropicBody): string {
  const last = body.messages?.at(-1);
  return last?.role === "assistant" ? last.content.map(({ text = "" }) => text).join("") : "";
}
