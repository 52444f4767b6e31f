// Tests when a connection to a provider counts as dead, on a clock of the test's own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallLine } from "./call-line.ts";

const limits = { silenceMs: 600_000, contentSilenceMs: 3_600_000 };
const MINUTE_MS = 60_000;

async function anOpenLine(): Promise<CallLine> {
  const line = new CallLine(new AbortController().signal, limits);
  await line.dial(async () => new Response());
  return line;
}

/** Keep-alives, one a minute. */
function alive(line: CallLine, minutes: number, tick: (ms: number) => void): void {
  for (let minute = 0; minute < minutes && !line.fellSilent; minute++) tick(MINUTE_MS);
}

test("X3 signs of life keep a line for as long as a model thinks, and no longer", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const line = await anOpenLine();
  alive(line, 59, (ms) => t.mock.timers.tick(ms));
  assert.equal(line.fellSilent, false);
  alive(line, 1, (ms) => t.mock.timers.tick(ms));
  assert.deepEqual([line.fellSilent, line.signal.aborted], [true, true]);
  line.close();
});

test("X3 each piece of an answer begins the longer limit anew", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const line = await anOpenLine();
  for (let hour = 0; hour < 3; hour++) {
    alive(line, 59, (ms) => t.mock.timers.tick(ms));
    line.heardContent();
  }
  assert.equal(line.fellSilent, false);
  line.close();
});

test("X3 each byte begins the shorter limit anew, content or not", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const line = await anOpenLine();
  let send = (_bytes: Uint8Array): void => undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      send = (bytes) => controller.enqueue(bytes);
    },
  });
  const chunks = line.bytes(body);
  for (let chunk = 0; chunk < 5; chunk++) {
    const next = chunks.next();
    t.mock.timers.tick(limits.silenceMs - 1);
    send(new Uint8Array(1));
    await next;
  }
  assert.equal(line.fellSilent, false);
  const never = chunks.next();
  t.mock.timers.tick(limits.silenceMs);
  assert.equal(line.fellSilent, true);
  send(new Uint8Array(1));
  await never;
  line.close();
});

test("X3 a line without a byte is dead after the shorter limit", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const line = new CallLine(new AbortController().signal, limits);
  const dialled = line.dial(
    (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("cut")))),
  );
  t.mock.timers.tick(limits.silenceMs);
  await assert.rejects(dialled);
  assert.equal(line.fellSilent, true);
  line.close();
});
