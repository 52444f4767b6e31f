// Models room: no key leaves it. This file: headers and addresses of HTTP calls as they may be stored (SPEC B4, A5).
import { redact } from "./redact.ts";

const HIDDEN = "[redacted]";

/** Names of headers whose whole value is a secret. Counts of tokens ("x-ratelimit-limit-tokens") are none. */
const SECRET_HEADER =
  /(?:^|[-_])(?:authorization|auth|api-?key|token|secret|password|credential|cookie2?|subscription-key|signature)$/i;
/** Values shorter than this are words, not keys. */
const secretCharactersMin = 6;

function isSecretHeader(name: string): boolean {
  return SECRET_HEADER.test(name);
}

/** The secrets that a request carries, to be hidden wherever else they stand. */
export function secretsOfHeaders(headers: Headers): string[] {
  const secrets: string[] = [];
  for (const [name, value] of headers) {
    if (!isSecretHeader(name)) continue;
    const bare = value.replace(/^(?:bearer|basic|token)\s+/i, "");
    if (bare.length >= secretCharactersMin) secrets.push(bare);
  }
  return secrets;
}

/** Headers as they were, those that are secrets hidden, in their order. */
export function redactedHeaders(headers: Headers, secrets: readonly string[]): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of headers) {
    shown[name] = isSecretHeader(name) ? HIDDEN : hideLiterally(value, secrets);
  }
  return shown;
}

/** Ids of requests look like keys of some services, and are what a provider's support asks for: only known secrets go. */
function hideLiterally(value: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), value);
}

export function redactedUrl(url: string, secrets: readonly string[]): string {
  return redact(url, secrets);
}
