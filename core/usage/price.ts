// Calculates what a model call costs. Prices are decimals, so it adds only whole numbers: if prices are money per
// million tokens and costs are millionths of that money, one token costs exactly its price.
import type { Usage } from "../chat/message.ts";

/** Money per million tokens, as a number or as decimal text ("0.075"). Text keeps digits that a number would round. */
type PerMillion = number | string;

/** The price of a model (SPEC B2). A missing cache price is the price of the input. */
export interface Price {
  readonly input?: PerMillion | null;
  readonly output?: PerMillion | null;
  readonly cache_read?: PerMillion | null;
  readonly cache_write?: PerMillion | null;
}

/** A decimal as a whole number of 10^-scale. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const DECIMAL = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i;
/** Digits of a price on either side of the point: enough for any currency, and no row can ask for an endless number. */
const priceDigitsMax = 30;

/**
 * The cost of a call in micros (millionths of the price's currency), rounded half up once. Null if something without a
 * price was used, or if the provider did not report usage. Cached tokens are counted beside `input_tokens`, and
 * reasoning within `output_tokens`, as all dialects are normalised.
 */
export function costMicros(usage: Usage | null, price: Price | null): number | null {
  if (usage === null || price === null) return null;
  const rates: readonly (readonly [number, PerMillion | null | undefined])[] = [
    [usage.input_tokens, price.input],
    [usage.output_tokens, price.output],
    [usage.cache_read_tokens, price.cache_read ?? price.input],
    [usage.cache_creation_tokens, price.cache_write ?? price.input],
  ];
  const terms: Decimal[] = [];
  if (price.input == null && price.output == null) return null;
  for (const [tokens, rate] of rates) {
    if (tokens === 0) continue;
    const decimal = rate == null ? null : decimalOf(rate);
    if (decimal === null || !Number.isSafeInteger(tokens) || tokens < 0) return null;
    terms.push({ digits: decimal.digits * BigInt(tokens), scale: decimal.scale });
  }
  const sum = Number(roundedSum(terms));
  // Beyond this the server reports nonsense.
  return Number.isSafeInteger(sum) ? sum : null;
}

/** Whether this can be a price: a decimal that is not negative. */
export function isPrice(value: unknown): value is PerMillion {
  return (typeof value === "number" || typeof value === "string") && decimalOf(value) !== null;
}

function decimalOf(value: PerMillion): Decimal | null {
  // The text of a number is the shortest that means it: what people wrote (0.1), not what the machine stores.
  const match = DECIMAL.exec(String(value));
  if (match === null) return null;
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const scale = fraction.length - Number(exponent);
  if (whole.length + fraction.length > priceDigitsMax || Math.abs(scale) > priceDigitsMax) return null;
  const digits = BigInt(whole + fraction);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

function roundedSum(terms: readonly Decimal[]): bigint {
  const scale = Math.max(0, ...terms.map((term) => term.scale));
  const sum = terms.reduce((all, term) => all + term.digits * 10n ** BigInt(scale - term.scale), 0n);
  const one = 10n ** BigInt(scale);
  return (2n * sum + one) / (2n * one);
}
