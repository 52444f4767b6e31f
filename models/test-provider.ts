// Makes a tiny call that says whether a provider answers, and if not, what is wrong.
import type { ErrorKind } from "../core/chat/error-kind.ts";
import { classifyError } from "./errors/classify-error.ts";
import { ownFault } from "./errors/own-fault.ts";
import type { Provider } from "./provider.ts";

/** A person waits for the answer. */
const testTimeoutMs = 15_000;
/** The smallest number that all APIs accept: OpenAI's Responses refuse less. */
const testOutputTokensMax = 16;

export interface ProviderTest {
  readonly ok: boolean;
  readonly latency_ms: number;
  /** For people. */
  readonly message: string;
  readonly kind?: ErrorKind;
  /** The provider's own words, redacted. */
  readonly detail?: string;
}

/** Never throws. An answer cut off by its limit, or without text, is an answer. */
export async function testProvider(providerOf: () => Provider, model: string): Promise<ProviderTest> {
  const started = performance.now();
  const latency = () => Math.round(performance.now() - started);
  let name = "provider";
  try {
    const provider = providerOf();
    name = provider.name;
    await call(provider, model);
    return { ok: true, latency_ms: latency(), message: `${model} answered.` };
  } catch (error) {
    const fault = classifyError(error, { provider: name, now_ms: Date.now() });
    if (fault.kind === "no_output") return { ok: true, latency_ms: latency(), message: `${model} answered.` };
    const { kind, message, detail } = fault;
    return { ok: false, latency_ms: latency(), message, kind, ...(detail === null ? {} : { detail }) };
  }
}

async function call(provider: Provider, model: string): Promise<void> {
  const signal = AbortSignal.timeout(testTimeoutMs);
  const request = {
    model,
    system: "",
    messages: [
      { role: "user" as const, content: [{ type: "text" as const, text: "Say OK." }], provider: null },
    ],
    tools: [],
    config: { max_output_tokens: testOutputTokensMax },
  };
  try {
    for await (const event of provider.stream(request, { signal, newToolCallId: () => "test" })) {
      // The first piece proves everything; leaving closes the socket.
      if (event.type === "part") return;
    }
  } catch (error) {
    if (signal.aborted) throw ownFault({ kind: "timeout", retryable: true }, provider.name);
    throw error;
  }
}
