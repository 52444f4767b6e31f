import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { createSecretBox } from "../../platform/secrets/secret-box.ts";
import { createTickets } from "./tickets.ts";

const [old, fresh, foreign] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const schema = z.strictObject({ chat: z.string() });
const value = { chat: "a" };
const begin = new Date("2026-11-29T10:00:00Z");
const end = new Date("2026-11-29T10:01:00Z");

function ticketsOf(secretKey: Uint8Array, purpose = "test", secretKeyPrevious?: Uint8Array) {
  return createTickets({ secrets: createSecretBox({ secretKey, secretKeyPrevious }), purpose, schema });
}

test("A7 a ticket is good until its time, at any replica, also while the secret key changes", () => {
  const ticket = ticketsOf(old).write(value, end);
  assert.match(ticket, /^[\w.-]+$/, "it fits in a cookie and in a query as it is");
  assert.deepEqual(ticketsOf(old).read(ticket, begin), value);
  assert.deepEqual(ticketsOf(fresh, "test", old).read(ticket, begin), value);
  assert.equal(ticketsOf(old).read(ticket, end), null);
});

test("A7 a ticket says nothing to others, and counts neither changed, nor for another purpose, nor from elsewhere", () => {
  const ticket = ticketsOf(old).write(value, end);
  assert.doesNotMatch(Buffer.from(ticket, "base64url").toString("latin1"), /chat/);
  assert.equal(ticketsOf(old, "other").read(ticket, begin), null);
  assert.equal(ticketsOf(foreign).read(ticket, begin), null);
  for (const wrong of [
    "",
    "x",
    "s1.",
    `${ticket}AAAA`,
    ticket.slice(1),
    `${ticket.slice(0, -2)}__`,
    "s1.".padEnd(9_000, "A"),
  ])
    assert.equal(ticketsOf(old).read(wrong, begin), null, wrong.slice(0, 40));
});
