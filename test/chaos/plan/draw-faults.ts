// Draws what dies, and after how many messages.
import { FAULT_KINDS, type FaultKind, type FaultPlan } from "./plan.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** Every kind once: what a short run has. */
const FAULTS_MIN = FAULT_KINDS.length;
/** Each takes some seconds to be survived; closer together they would leave no room for turns in between. */
const MESSAGES_PER_FAULT = 8;

/** By how often they are drawn: every turn passes the first, few pass the others. */
const WORKER_FAILPOINTS = [
  "callModel:committed",
  "callModel:committed",
  "callModel:committed",
  "turn:moved",
  "spill:written",
  "interrupt:heard",
  "interruption:committed",
  "turn:moved",
  "runTool:finished",
  "settle:committed",
];
const API_FAILPOINTS = ["outbox:committed"];

/** Spread evenly over the run, each a little early or late; each kind as often as the others. */
export function drawFaults(random: SeededRandom, messages: number): FaultPlan[] {
  const count = Math.max(FAULTS_MIN, Math.floor(messages / MESSAGES_PER_FAULT));
  const kinds: FaultKind[] = [];
  while (kinds.length < count) kinds.push(...random.shuffled(FAULT_KINDS));
  const first = Math.ceil(messages * 0.05);
  const gap = (messages * 0.85) / count;
  return kinds.slice(0, count).map((kind, at) => ({
    kind,
    after_messages: Math.max(1, Math.floor(first + gap * (at + random.next() * 0.8))),
    replica: random.int(0, 1),
    failpoint: failpointOf(random, kind),
  }));
}

function failpointOf(random: SeededRandom, kind: FaultKind): string | null {
  if (kind === "worker-failpoint") return `${random.pick(WORKER_FAILPOINTS)}:${random.int(1, 2)}`;
  if (kind === "api-failpoint") return `${random.pick(API_FAILPOINTS)}:${random.int(1, 3)}`;
  return null;
}
