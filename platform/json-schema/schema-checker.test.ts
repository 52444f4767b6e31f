// Tests the checks of strangers' schemas: what they find, and that none of them stops the process (SPEC C12).
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createSchemaChecker } from "./schema-checker.ts";

const checker = createSchemaChecker();
after(() => checker.close());

const PRICE = {
  type: "object",
  properties: {
    items: { type: "array", items: { type: "object", properties: { price: { type: "number" } } } },
  },
  required: ["items"],
};

test("C12 a schema is sound, or its faults are told with their places", async () => {
  assert.deepEqual(await checker.faultsOf(PRICE), []);
  assert.deepEqual(await checker.faultsOf({}), []);
  const [fault] = await checker.faultsOf({ type: "object", properties: { a: { minLength: -1 } } });
  assert.deepEqual([fault?.path, fault?.message], ["properties.a.minLength", "must be >= 0"]);
  const [lost] = await checker.faultsOf({ $ref: "#/$defs/none" });
  assert.match(lost?.message ?? "", /can't resolve reference/);
  const [pattern] = await checker.faultsOf({ type: "string", pattern: "(" });
  assert.match(pattern?.message ?? "", /Invalid regular expression/);
});

test("C12 schemas of older drafts are taken, and unknown keywords and formats are notes", async () => {
  const draft7 = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: "https://example.com/pair.json",
    type: "array",
    items: [{ type: "string" }, { type: "number" }],
    additionalItems: false,
  };
  assert.deepEqual(await checker.faultsOf(draft7), []);
  assert.equal((await checker.check({ schema: draft7, texts: ['["a",1]'] })).type, "fits");
  assert.equal((await checker.check({ schema: draft7, texts: ['["a",1,2]'] })).type, "misfit");
  const noted = { type: "string", format: "color", "x-unit": "nm" };
  assert.equal((await checker.check({ schema: noted, texts: ['"blue"'] })).type, "fits");
});

test("C12 a text fits, does not fit with the faults' places, or is no JSON", async () => {
  const good = ["no JSON", '{"items":[{"price":1}]}'];
  assert.deepEqual(await checker.check({ schema: PRICE, texts: good }), { type: "fits", place: 1 });
  const misfit = await checker.check({ schema: PRICE, texts: ['{"items":[{"price":"1"}]}'] });
  assert.deepEqual(misfit, {
    type: "misfit",
    faults: [{ path: "items[0].price", message: "must be number" }],
  });
  const open = await checker.check({
    schema: { type: "object", additionalProperties: false },
    texts: ['{"a/b":1}'],
  });
  assert.match(JSON.stringify(open), /must NOT have additional properties: \\"a\/b\\"/);
  const cut = await checker.check({ schema: PRICE, texts: ['{"items":['] });
  assert.equal(cut.type, "not-json");
  assert.deepEqual(await checker.check({ schema: {}, texts: [""] }), {
    type: "not-json",
    message: "it is empty",
  });
});

test("C12 a schema of the library's own kind is checked as any other, and the next question is answered", async () => {
  const schema = { ...PRICE, $async: true };
  assert.deepEqual(await checker.faultsOf(schema), []);
  assert.equal((await checker.check({ schema, texts: ["7"] })).type, "misfit");
  assert.equal((await checker.check({ schema, texts: ['{"items":[]}'] })).type, "fits");
  assert.equal((await checker.check({ schema: {}, texts: ["7"] })).type, "fits");
});

test("C12 numbers that could not be kept do not fit, and what every object inherits is not there", async () => {
  for (const schema of [{}, { type: "number" }, { type: "integer" }])
    assert.match(
      JSON.stringify(await checker.check({ schema, texts: ["1e999"] })),
      /a number that is too large/,
    );
  assert.equal((await checker.check({ schema: {}, texts: ['[{"a":-1e999}]'] })).type, "misfit");
  assert.equal((await checker.check({ schema: { type: "number" }, texts: ["1e300"] })).type, "fits");
  const inherited = { type: "object", required: ["toString"] };
  assert.equal((await checker.check({ schema: inherited, texts: ["{}"] })).type, "misfit");
  assert.equal((await checker.check({ schema: inherited, texts: ['{"toString":1}'] })).type, "fits");
});

test("C12 a list of items is a tuple in draft 2019-09, too", async () => {
  const schema = {
    $schema: "https://json-schema.org/draft/2019-09/schema",
    type: "array",
    items: [{ type: "string" }],
  };
  assert.deepEqual(await checker.faultsOf(schema), []);
  assert.equal((await checker.check({ schema, texts: ["[1]"] })).type, "misfit");
});

test("C12 values too deep to be kept do not fit, and a schema that leads to itself is followed as far as the value goes", async () => {
  const deep = "[".repeat(5_000) + "]".repeat(5_000);
  const misfit = await checker.check({ schema: {}, texts: [deep] });
  assert.match(JSON.stringify(misfit), /misfit.*nested deeper than 200 levels/);
  const list = { $defs: { node: { type: "array", items: { $ref: "#/$defs/node" } } }, $ref: "#/$defs/node" };
  assert.equal((await checker.check({ schema: list, texts: ["[[[]]]"] })).type, "fits");
  assert.equal((await checker.check({ schema: list, texts: ["[[1]]"] })).type, "misfit");
});

test("C12 a regular expression that never ends is given up, this process goes on meanwhile, and the next check is made", async () => {
  const impatient = createSchemaChecker({ limitMs: 1_000 });
  let turns = 0;
  const ticking = setInterval(() => turns++, 5);
  const evil = { type: "string", pattern: "^(a+)+$" };
  const later = () => impatient.check({ schema: { type: "string" }, texts: ['"next"'] });
  const checks = [impatient.check({ schema: evil, texts: [JSON.stringify(`${"a".repeat(60)}!`)] }), later()];
  const [hung, second] = await Promise.all(checks);
  let next = second;
  clearInterval(ticking);
  // On a busy machine a fresh thread may take as long for its first check.
  for (let tries = 0; tries < 20 && next?.type === "not-checked"; tries++) next = await later();
  await impatient.close();
  assert.deepEqual(hung, { type: "not-checked", message: "it takes too long to check" });
  assert.deepEqual(next, { type: "fits", place: 0 });
  assert.ok(turns > 0, "timers fire while the thread is busy");
});

test("C12 more questions than may wait are answered at once, and the others in their order", async () => {
  const narrow = createSchemaChecker({ waitingMax: 2 });
  const answers = await Promise.all([{}, { type: "number" }, {}].map((schema) => narrow.faultsOf(schema)));
  await narrow.close();
  assert.deepEqual(answers, [[], [], [{ path: "", message: "too many schemas are being checked" }]]);
});
