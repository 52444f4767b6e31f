// The floor: the smallest workflow that does what a turn does with Temporal: one activity and nothing else.
// Deterministic, bundled like all workflows.
import { proxyActivities, proxySinks, type Sinks } from "@temporalio/workflow";

export interface BareActivities {
  work(id: string): Promise<void>;
}

export interface BareSinks extends Sinks {
  bare: { done(id: string): void };
}

const { work } = proxyActivities<BareActivities>({ startToCloseTimeout: "1 minute" });
const { bare } = proxySinks<BareSinks>();

export async function bareTurn(id: string): Promise<void> {
  await work(id);
  bare.done(id);
}
