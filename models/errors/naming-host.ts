// Adds the host to errors about reaching a server. A provider with its own base URL can be any server, and people look
// for the one that failed (SPEC X4).
import type { ErrorKind } from "../../core/chat/error-kind.ts";
import { ModelError, type Provider } from "../provider.ts";
import { withHost } from "./fault-words.ts";

/** Faults about what was said, not about the server: the host would only distract. */
const ABOUT_THE_ANSWER: ReadonlySet<ErrorKind> = new Set(["content_filter", "context_overflow", "no_output"]);

/** @param baseUrl undefined means the provider's own address, which its name already tells */
export function namingHost(provider: Provider, baseUrl: string | undefined): Provider {
  const host = baseUrl === undefined ? null : URL.parse(baseUrl)?.host;
  if (host == null) return provider;
  return { ...provider, stream: (...call) => named(provider, host, provider.stream(...call)) };
}

async function* named<Event>(
  { name }: Provider,
  host: string,
  events: AsyncIterable<Event>,
): AsyncGenerator<Event> {
  try {
    yield* events;
  } catch (error) {
    if (!(error instanceof ModelError) || ABOUT_THE_ANSWER.has(error.fault.kind)) throw error;
    const message = withHost(error.fault.message, name, host);
    throw new ModelError({ ...error.fault, message }, error.cause);
  }
}
