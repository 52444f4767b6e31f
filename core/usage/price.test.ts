import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import type { Usage } from "../chat/message.ts";
import { costMicros, isPrice, type Price } from "./price.ts";

function used(more: Partial<Usage> = {}): Usage {
  const none = { input_tokens: 0, output_tokens: 0, total_tokens: 0, reasoning_tokens: 0 };
  return { ...none, cache_creation_tokens: 0, cache_read_tokens: 0, context_limit: null, ...more };
}

test("B3 a token costs its price per million, in micros", () => {
  const price = { input: 3, output: "15", cache_read: 0.3, cache_write: "3.75" };
  const usage = used({
    input_tokens: 1_000,
    output_tokens: 200,
    cache_read_tokens: 5_000,
    cache_creation_tokens: 400,
  });
  assert.equal(costMicros(usage, price), 3_000 + 3_000 + 1_500 + 1_500);
});

test("B3 the sum is rounded half up, once", () => {
  const half = { input: 0.1, output: 0.4 };
  assert.equal(costMicros(used({ input_tokens: 4 }), half), 0);
  assert.equal(costMicros(used({ input_tokens: 5 }), half), 1);
  assert.equal(costMicros(used({ input_tokens: 1, output_tokens: 1 }), half), 1);
  assert.equal(costMicros(used({ input_tokens: 1, output_tokens: 1 }), { input: "0.4999", output: 0 }), 0);
});

test("B3 prices that no binary fraction can hold are exact", () => {
  assert.equal(costMicros(used({ input_tokens: 1_000_000_005 }), { input: 0.1, output: 0.2 }), 100_000_001);
  assert.equal(costMicros(used({ input_tokens: 10_000_000 }), { input: 1e-7, output: 0 }), 1);
  assert.equal(costMicros(used({ input_tokens: 2 }), { input: 2e3, output: 0 }), 4_000);
});

test("B3 cached tokens without a price of their own cost as input", () => {
  const usage = used({ cache_read_tokens: 10, cache_creation_tokens: 10 });
  assert.equal(costMicros(usage, { input: 2, output: 8 }), 40);
  assert.equal(costMicros(usage, { input: 2, output: 8, cache_read: null, cache_write: 0 }), 20);
});

test("B3 reasoning is part of the output and is not paid twice", () => {
  const usage = used({ output_tokens: 50, reasoning_tokens: 40 });
  assert.equal(costMicros(usage, { input: 1, output: 2 }), 100);
});

test("B3 without usage, without a price for what was used, or beyond all measure a call is unpriced", () => {
  const usage = used({ input_tokens: 1, output_tokens: 1 });
  assert.equal(costMicros(null, { input: 1, output: 1 }), null);
  assert.equal(costMicros(usage, null), null);
  assert.equal(costMicros(usage, {}), null);
  assert.equal(costMicros(usage, { input: 1 }), null);
  assert.equal(costMicros(used({ input_tokens: 1 }), { input: 1 }), 1);
  assert.equal(costMicros(usage, { input: 1, output: -1 }), null);
  assert.equal(costMicros(usage, { input: 1, output: "free" }), null);
  assert.equal(costMicros(used({ input_tokens: Number.MAX_SAFE_INTEGER }), { input: 2, output: 2 }), null);
  assert.equal(costMicros(used(), { input: 1, output: 1 }), 0);
});

test("B2 a price is a decimal that is not negative", () => {
  for (const good of [0, 3, 0.075, 1e-7, "2.50", "0"]) assert.ok(isPrice(good), String(good));
  for (const bad of [-1, Number.NaN, Infinity, "", "1,5", "-2", ".5", "1e999", null, {}]) {
    assert.ok(!isPrice(bad), JSON.stringify(bad));
  }
});

const tokens = fc.integer({ min: 0, max: 2_000_000 });
/** Thousandths of the currency per million, as people write prices. */
const thousandths = fc.integer({ min: 0, max: 200_000 });

function priced(
  each: readonly [number, number, number, number],
  write: (thousandth: number) => number | string,
): Price {
  const [input, output, cache_read, cache_write] = each.map(write) as [number, number, number, number];
  return { input, output, cache_read, cache_write };
}

test("B3 any cost is what whole numbers say it is, and numbers and text mean the same", () => {
  const four = fc.tuple(thousandths, thousandths, thousandths, thousandths);
  const counts = fc.tuple(tokens, tokens, tokens, tokens);
  fc.assert(
    fc.property(
      four,
      counts,
      (rates, [input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens]) => {
        const usage = used({ input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens });
        const counted = [input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens];
        const sum = rates.reduce((all, rate, i) => all + BigInt(rate) * BigInt(counted[i] ?? 0), 0n);
        const expected = Number((sum + 500n) / 1000n);
        assert.equal(
          costMicros(
            usage,
            priced(rates, (rate) => rate / 1000),
          ),
          expected,
        );
        assert.equal(
          costMicros(
            usage,
            priced(rates, (rate) => (rate / 1000).toFixed(3)),
          ),
          expected,
        );
      },
    ),
  );
});
