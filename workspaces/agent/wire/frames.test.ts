import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ProcessInfo } from "../api.ts";
import { encodeFrame, type Frame, FrameReader, type ReceivedFrame } from "./frames.ts";

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    type: fc.constant("output" as const),
    offset: fc.maxSafeNat(),
    bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  }),
  fc.string({ unit: "binary" }).map((command) => ({
    type: "ended" as const,
    process: { key: "k", command } as ProcessInfo,
  })),
  fc.constant({ type: "ping" as const }),
  fc.string().map((message) => ({ type: "error" as const, error: { code: "internal" as const, message } })),
);

const newReader = () => new FrameReader((body) => JSON.parse(Buffer.from(body).toString()));

/** As it arrives. */
function received(frame: Frame): ReceivedFrame {
  switch (frame.type) {
    case "output":
    case "ping":
      return frame;
    case "error":
      return { type: "error", json: frame.error };
    case "process":
    case "ended":
      return { type: frame.type, json: frame.process };
  }
}

test("frames come out as they went in, however the bytes between are cut", () => {
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.nat(40)), (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(encodeFrame));
      const reader = newReader();
      const read: ReceivedFrame[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        read.push(...reader.push(bytes.subarray(at, at + cut)));
        at += cut;
      }
      assert.deepEqual(JSON.stringify(read), JSON.stringify(frames.map(received)));
    }),
  );
});

test("what is no frame is refused instead of being waited for", () => {
  assert.throws(() => newReader().push(Buffer.from("HTTP/1.1 200 OK\r\n")), /a frame of/);
  assert.throws(() => newReader().push(Buffer.from([9, 0, 0, 0, 0])), /kind 9/);
});
