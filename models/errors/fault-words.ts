// Tells people about a failed model call (SPEC X4): whose fault it is, and what may help. No keys, no headers.
import type { ErrorKind } from "../../core/chat/error-kind.ts";
import type { Verdict } from "./error-verdicts.ts";

const NAMES: ReadonlyMap<string, string> = new Map([
  ["openai", "OpenAI"],
  ["anthropic", "Anthropic"],
  ["openai-compatible", "The model server"],
]);

/** The provider's name as people write it. */
function providerTitle(provider: string): string {
  return NAMES.get(provider) ?? provider;
}

const CAUSE_WORDS: Readonly<Record<NonNullable<Verdict["cause"]>, (name: string) => string>> = {
  dns: (name) => `${name} could not be found on the network: the host name does not resolve.`,
  refused: (name) => `${name} refused the connection: nothing is listening at its address.`,
  tls: (name) => `${name} could not be reached securely: its TLS certificate or protocol was not accepted.`,
  address: (name) => `${name} has an address that cannot be used: check the base URL.`,
  truncated: (name) => `${name} broke off before the answer was complete.`,
  forbidden: (name) => `${name} does not allow this request for the configured key.`,
  unknown_model: (name) => `${name} does not know the requested model or address.`,
  chain_broken: (name) => `${name} does not take back what it said before; the whole history is sent again.`,
  malformed_call: (name) => `${name} could not read the tool call that the model wrote.`,
  unusable_items: (name) =>
    `The model of ${midSentence(name)} answered only with requests that Everturn does not carry out: check the tools in its provider options.`,
  sealed_key: (name) =>
    `The stored API key of ${midSentence(name)} cannot be opened: EVERTURN_SECRET_KEY is not the key that sealed it.`,
  prefill_refused: (name) => `${name} does not go on with an answer that was cut off; it is asked anew.`,
};

const KIND_WORDS: Readonly<Record<ErrorKind, (name: string) => string>> = {
  overloaded: (name) => `${name} is overloaded at the moment.`,
  rate_limit: (name) => `${name} limits the rate of requests and asks to slow down.`,
  timeout: (name) => `${name} took too long to answer.`,
  stream_silence: (name) => `${name} stopped sending in the middle of the call.`,
  network: (name) => `The connection to ${midSentence(name)} was lost.`,
  auth: (name) => `${name} did not accept the API key.`,
  config: (name) => `${name} rejected the request as invalid: check the model's configuration.`,
  context_overflow: () => "The conversation is longer than the model's context.",
  usage_limit: (name) => `${name} reports that the account's quota or credit is used up.`,
  missing_key: (name) => `No API key is configured for ${midSentence(name)}.`,
  content_filter: (name) => `The content filter of ${midSentence(name)} stopped the answer.`,
  no_output: (name) => `${name} finished without any output.`,
  generic: (name) => `${name} failed to answer.`,
};

/** The sentence for people. */
export function faultMessage(verdict: Verdict, provider: string, isWebPage = false): string {
  const name = providerTitle(provider);
  if (isWebPage)
    return `A web page came back instead of an answer: something in front of ${midSentence(name)} replied.`;
  return verdict.cause === undefined ? KIND_WORDS[verdict.kind](name) : CAUSE_WORDS[verdict.cause](name);
}

/** The same sentence, with the server's host after its name. */
export function withHost(message: string, provider: string, host: string): string {
  const name = providerTitle(provider);
  const found = [name, midSentence(name)].find((words) => message.includes(words));
  return found === undefined ? `${message} (${host})` : message.replace(found, () => `${found} at ${host}`);
}

function midSentence(name: string): string {
  return name.startsWith("The ") ? `the ${name.slice(4)}` : name;
}
