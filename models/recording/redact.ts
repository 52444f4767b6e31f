// Removes keys from text. Everything that a provider said passes here before it is stored or shown (SPEC X4, A5).

/** Longest piece of a provider's own words that is kept (SPEC X4). */
const detailCharactersMax = 500;

const HIDDEN = "[redacted]";

// Each keeps what names the secret (`$1`) and hides the secret itself.
const SECRET_SHAPES: readonly RegExp[] = [
  /()\bsk-[A-Za-z0-9*_-]{3,}/g,
  /\b(Bearer\s+)[^\s"',;<>]+/gi,
  /\b((?:(?:x-)?api|subscription)[-_]?key["']?\s*[:=]\s*["']?)[^\s"',;&<>]+/gi,
  /\b(authorization["']?\s*[:=]\s*["']?(?:basic\s+)?)[^\s"',;<>]+/gi,
  /([?&](?:key|token|access_token)=)[^\s"'&<>]+/gi,
  /()\bAIza[A-Za-z0-9_-]{20,}/g,
  // Groq, xAI, Hugging Face, Perplexity, NVIDIA, Replicate, Cerebras, Fireworks; keys of AWS.
  /()\b(?:gsk_|xai-|hf_|pplx-|nvapi-|r8_|csk-|fw_)[A-Za-z0-9_-]{8,}/g,
  /()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  // Azure's until 2024. Hides trace ids, too.
  /()\b[0-9a-f]{32}\b/gi,
  /()\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g,
  /(:\/\/)[^\s/@:]+:[^\s/@]+(?=@)/g,
];

/** In the middle of Azure's keys since 2024. Searched first, because the form alone is slow on long texts. */
const AZURE_MARK = "JQQJ99";
const AZURE_SHAPE = /\b[A-Za-z0-9]{20,}JQQJ99[A-Za-z0-9]{20,}\b/g;

/** Shorter keys are not searched for literally: they would hide ordinary words. */
const literalSecretCharactersMin = 6;

/** The text without anything that looks like a key and without the `secrets` that the caller knows. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < literalSecretCharactersMin) continue;
    // As it is, and as it appears in an address or inside JSON text.
    const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
    for (const form of new Set(forms)) clean = clean.replaceAll(form, HIDDEN);
  }
  for (const shape of SECRET_SHAPES) clean = clean.replace(shape, `$1${HIDDEN}`);
  return clean.includes(AZURE_MARK) ? clean.replace(AZURE_SHAPE, HIDDEN) : clean;
}

/** A provider's words for `last_error.detail`: redacted, on one line, cut; null if nothing is left. */
export function detailOf(text: string, secrets: readonly string[] = []): string | null {
  const line = redact(text, secrets).replace(/\s+/g, " ").trim().toWellFormed();
  if (line === "") return null;
  if (line.length <= detailCharactersMax) return line;
  return `${line.slice(0, detailCharactersMax - 1).toWellFormed()}…`;
}
