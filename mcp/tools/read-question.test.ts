// Tests what people are asked of what servers send: flat forms and pages of the web, however large or odd the rest is (SPEC C4).
import assert from "node:assert/strict";
import { test } from "node:test";
import { readQuestion } from "./read-question.ts";

const form = (properties: object, more: object = {}) => ({
  message: "Which city?",
  requestedSchema: { type: "object", properties, ...more },
});
const fields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, { type: "string" }]));

function why(params: unknown): string {
  const read = readQuestion(params);
  return read.ok ? "asked" : read.why;
}

test("C4 a form is asked with the keywords of flat forms alone", () => {
  const city = { type: "string", title: "City", pattern: "^(a+)+$", minLength: 2, format: "color" };
  assert.deepEqual(readQuestion(form({ city }, { required: ["city"], $defs: {} })), {
    ok: true,
    question: {
      mode: "form",
      message: "Which city?",
      schema: {
        type: "object",
        properties: { city: { type: "string", title: "City", minLength: 2 } },
        required: ["city"],
      },
    },
  });
});

test("C4 a form that nobody could fill in as its server wants it is declined", () => {
  const flat = "The form is not a flat one";
  assert.equal(why(form({ city: { type: "string", enum: ["Bern", 7] } })), flat, "not as a free text");
  assert.equal(why(form({ city: { type: "string", oneOf: [{ const: "Bern" }] } })), flat);
  assert.equal(why(form({ city: { type: "object" } })), flat);
  assert.equal(why(form({ city: { type: "string" } }, { required: ["town"] })), flat);
  assert.equal(why(form(JSON.parse('{"__proto__":{"type":"string"}}'), { required: ["__proto__"] })), flat);
  assert.equal(why({ message: 7 }), "The question could not be read");
});

test("C4 a form that is too large is not looked through", () => {
  const huge = form(fields(60_000));
  let looks = 0;
  const { properties } = huge.requestedSchema;
  const watched = new Proxy(properties, {
    get(target, name) {
      looks++;
      return Reflect.get(target, name) as unknown;
    },
  });
  assert.equal(why(form(watched)), "The question is too large");
  assert.ok(looks <= 60_001, `${looks} looks: measured once, and not read`);
  assert.equal(why(form(fields(400))), "asked");
  assert.equal(
    why(form({ city: { type: "string", enum: Array(5_000).fill("Bern") } })),
    "The question is too large",
  );
});

test("C4 people are sent to pages of the web alone, and to none that looks like another", () => {
  const page = (url: string) => why({ mode: "url", message: "Please pay.", url });
  assert.equal(page("https://pay.example.com/7"), "asked");
  assert.equal(page("javascript:alert(1)"), "The address is not that of a page");
  assert.equal(page("file:///etc/passwd"), "The address is not that of a page");
  assert.equal(page("pay"), "The address is not that of a page");
  assert.equal(page("https://bank.example.com@pay.example.net/"), "The address has a name in it");
  assert.equal(page(`https://pay.example.com/${"7".repeat(20_000)}`), "The question is too large");
});
