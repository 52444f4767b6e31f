// Removes keys from headers and addresses of HTTP calls, so that they may be stored (SPEC B4, A5).
import { redact } from "./redact.ts";

const HIDDEN = "[redacted]";

/** Names of headers whose whole value is a secret. Counts of tokens ("x-ratelimit-limit-tokens") are not. */
const SECRET_HEADER =
  /(?:^|[-_])(?:authorization|auth|api-?key|token|secret|password|credential|cookie2?|subscription-key|signature)$/i;
/** Shorter values are words, not keys. */
const secretCharactersMin = 6;

function isSecretHeader(name: string): boolean {
  return SECRET_HEADER.test(name);
}

/** The secrets in a request, to be hidden wherever else they appear. */
export function secretsOfHeaders(headers: Headers): string[] {
  const secrets: string[] = [];
  for (const [name, value] of headers) {
    if (!isSecretHeader(name)) continue;
    const bare = value.replace(/^(?:bearer|basic|token)\s+/i, "");
    if (bare.length >= secretCharactersMin) secrets.push(bare);
  }
  return secrets;
}

/** Headers unchanged and in their order, with secret ones hidden. */
export function redactedHeaders(headers: Headers, secrets: readonly string[]): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of headers) {
    shown[name] = isSecretHeader(name) ? HIDDEN : hideLiterally(value, secrets);
  }
  return shown;
}

/**
 * Ids of requests look like keys of some services, and a provider's support asks for them: so only known secrets are
 * hidden.
 */
function hideLiterally(value: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), value);
}

export function redactedUrl(url: string, secrets: readonly string[]): string {
  return redact(url, secrets);
}
