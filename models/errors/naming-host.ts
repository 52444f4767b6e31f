// Models room: whose address it was. A provider with a base URL of its own can be any server; people look for the one that
// failed, so faults that are about reaching it say which (SPEC X4).
import type { ErrorKind } from "../../core/chat/error-kind.ts";
import { ModelError, type Provider } from "../provider.ts";
import { withHost } from "./fault-words.ts";

/** Faults of what was said, not of the server: the host would only distract. */
const ABOUT_THE_ANSWER: ReadonlySet<ErrorKind> = new Set(["content_filter", "context_overflow", "no_output"]);

/** @param baseUrl undefined: the provider's own address, which its name says */
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
