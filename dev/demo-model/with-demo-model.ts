// For tests: a demo model of their own, stopped with them.

import type { ScriptStepWithAttempts } from "./plan/script-step.ts";
import { type DemoModel, startDemoModel } from "./server.ts";

interface Cleanup {
  after(stop: () => Promise<void>): void;
}

/** Starts a demo model that is stopped when the test has ended. */
export async function withDemoModel(t: Cleanup): Promise<DemoModel> {
  const model = await startDemoModel();
  t.after(() => model.stop());
  return model;
}

/** A user message that asks for this step, or these. */
export function scripted(script: ScriptStepWithAttempts | readonly ScriptStepWithAttempts[]): string {
  return `please\n#script ${JSON.stringify(script)}`;
}

/** A bare streaming chat request; what no SDK shows is seen in its bytes. */
export async function postChat(model: DemoModel, content: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${model.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "demo", stream: true, messages: [{ role: "user", content }] }),
    signal: signal ?? null,
  });
}

/** All that a stream or a list of pages yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
