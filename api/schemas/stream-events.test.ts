import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import type { StreamEvent } from "../../core/stream/stream-event.ts";
import { buildLogEvents, chatEvents, type EventSpec, feedEvents } from "./stream-events.ts";

const streams: Readonly<Record<string, Readonly<Record<string, EventSpec>>>> = {
  chatEvents,
  feedEvents,
  buildLogEvents,
};

/** As a reader sees it: any JSON value may be anything, and what is absent is not `undefined`. */
type Read<T> = unknown extends T
  ? never
  : T extends readonly (infer Item)[]
    ? readonly Read<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Read<Exclude<T[Key], undefined>> }
      : T;
type Documented = {
  readonly [Name in keyof typeof chatEvents]: {
    readonly type: Name;
    readonly data: Read<z.output<(typeof chatEvents)[Name]["data"]>>;
  };
};

test("an event of a chat's stream that is as documented is one that the reducer takes, and each one is documented", () => {
  // Held by the compiler.
  const documented: Record<StreamEvent["type"], unknown> = chatEvents;
  const taken = (event: Documented[keyof Documented]): StreamEvent => event;
  assert.ok(documented);
  assert.ok(taken);
});

for (const [stream, events] of Object.entries(streams)) {
  for (const [name, { data, example }] of Object.entries(events)) {
    test(`the example of ${stream} ${name} is as its schema says, and nothing may be added to it`, () => {
      assert.deepEqual(data.parse(example), example);
      assert.ok(!data.safeParse({ ...example, more: 1 }).success);
    });
  }
}
