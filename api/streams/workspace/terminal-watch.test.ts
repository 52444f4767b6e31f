// One terminal's output and states in memory, read once for all its readers.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Terminal } from "../../../core/workspace/terminal.ts";
import { createMemoryNetwork } from "../../../test/support/memory-bus.ts";
import { exampleTerminal } from "../../schemas/stream-examples.ts";
import type { EventSink } from "../sse-writer.ts";
import type { Frames } from "../stream-log.ts";
import { StreamReader } from "../stream-reader.ts";
import { type TerminalSource, TerminalWatch } from "./terminal-watch.ts";

interface Piece {
  readonly from_offset: number;
  to_offset: number;
  bytes: Buffer;
  modes: string;
}

/** A terminal in the store; the test prints in it, as its worker would. */
function aTerminal(t: TestContext) {
  const bus = createMemoryNetwork().open();
  const pieces: Piece[] = [];
  const state = { terminal: exampleTerminal as Terminal, version: 1, isGone: false, reads: 0, used: 0 };
  const source: TerminalSource = {
    readState: () =>
      Promise.resolve(state.isGone ? null : { terminal: state.terminal, version: state.version }),
    readOutput(after, limit) {
      state.reads += 1;
      return Promise.resolve(pieces.filter(({ to_offset }) => to_offset > after).slice(0, limit));
    },
    markUsed() {
      state.used += 1;
      return Promise.resolve();
    },
  };
  const tell = () => bus.publish({ type: "terminal", terminal_id: exampleTerminal.id, to: "readers" });
  const watch = new TerminalWatch({
    source,
    bus,
    terminalId: exampleTerminal.id,
    logger: { warn: () => undefined },
  });
  t.after(() => watch.close("retry"));
  return Object.assign(state, {
    watch,
    pieces,
    /** `at`: absent, where the output ends. */
    print(text: string, at = pieces.at(-1)?.to_offset ?? 0, modes = "") {
      pieces.push({ from_offset: at, to_offset: at + text.length, bytes: Buffer.from(text), modes });
      tell();
    },
    /** To the last piece, as the echo of keys is. */
    join(text: string) {
      const last = pieces.at(-1) as Piece;
      last.to_offset += text.length;
      last.bytes = Buffer.concat([last.bytes, Buffer.from(text)]);
      tell();
    },
    goWithItsWorkspace() {
      state.isGone = true;
      pieces.length = 0;
      tell();
    },
    change(change: Partial<Terminal>) {
      state.terminal = { ...state.terminal, ...change };
      state.version += 1;
      tell();
    },
  });
}

/** @param slow it takes nothing, so that what it has not taken is kept */
async function follow(watch: TerminalWatch, offset = 0, slow = false) {
  await watch.ready;
  const events: string[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const sink: EventSink<Frames> = {
    write(frames) {
      events.push(...frames.bytes.toString().trim().split("\n\n").map(short));
      for (const look of waiting) look();
    },
    full: slow,
    get closed() {
      return ended;
    },
    drained: () => new Promise(() => undefined),
    end() {
      ended = true;
      for (const look of waiting) look();
    },
  };
  new StreamReader({ watch, sink, place: watch.placeOf(offset) }).start();
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (holds()) resolve();
      };
      waiting.add(look);
      look();
    });
  return {
    events,
    took: (count: number) => until(() => events.length >= count),
    untilEnd: () => until(() => ended),
  };
}

/** `output 0-2 hi`, or `terminal open 80x24 of 2`. */
function short(frame: string): string {
  const [, event] = /^event: (\w+)$/m.exec(frame) ?? [];
  const json = /^data: (.*)$/m.exec(frame)?.[1] ?? "";
  if (event === "output") {
    const { from, to, data, modes } = JSON.parse(json);
    return [`output ${from}-${to} ${atob(data)}`, ...(modes === undefined ? [] : [modes])].join(" in ");
  }
  const { terminal, output_end } = JSON.parse(json) as { terminal: Terminal; output_end: number };
  const ended = terminal.end === null ? "" : `: ${terminal.end.message}`;
  return `terminal ${terminal.status} ${terminal.cols}x${terminal.rows} of ${output_end}${ended}`;
}

test("W5 a reader gets the state, what is kept of the output, and what is printed then", async (t) => {
  const terminal = aTerminal(t);
  terminal.print("hi");
  const reader = await follow(terminal.watch);
  await reader.took(2);
  terminal.print(" there");
  await reader.took(3);
  assert.deepEqual(reader.events, ["terminal open 80x24 of 2", "output 0-2 hi", "output 2-8  there"]);
});

test("W5 a reader that comes back gets what follows its place, also within a piece that has grown; a gap shows", async (t) => {
  const terminal = aTerminal(t);
  terminal.print("abc");
  const first = await follow(terminal.watch);
  await first.took(2);
  terminal.join("def");
  await first.took(3);
  terminal.print("far", 100);
  await first.took(4);
  const second = await follow(terminal.watch, 4);
  await second.took(3);
  assert.deepEqual(first.events.slice(1), ["output 0-3 abc", "output 3-6 def", "output 100-103 far"]);
  assert.deepEqual(second.events.slice(1), ["output 4-6 ef", "output 100-103 far"]);
});

test("W5 a place within a piece that is still kept for another reader gives no byte twice", async (t) => {
  const terminal = aTerminal(t);
  await follow(terminal.watch, 0, true);
  const first = await follow(terminal.watch);
  terminal.print("abcdef");
  await first.took(2);
  const second = await follow(terminal.watch, 4);
  await second.took(2);
  terminal.join("g");
  await second.took(3);
  assert.deepEqual(second.events.slice(1), ["output 4-6 ef", "output 6-7 g"]);
});

test("W5 a place that lies ahead is none of this terminal: all that is kept is sent", async (t) => {
  const terminal = aTerminal(t);
  terminal.print("hi");
  const reader = await follow(terminal.watch, 1_000);
  await reader.took(2);
  assert.equal(reader.events[1], "output 0-2 hi");
});

test("W5 another size is told at once, and the end behind the last output", async (t) => {
  const terminal = aTerminal(t);
  const reader = await follow(terminal.watch);
  await reader.took(1);
  terminal.change({ cols: 100 });
  await reader.took(2);
  terminal.pieces.push({ from_offset: 0, to_offset: 4, bytes: Buffer.from("last"), modes: "" });
  terminal.change({ status: "closed" });
  await reader.untilEnd();
  assert.deepEqual(reader.events, [
    "terminal open 80x24 of 0",
    "terminal open 100x24 of 0",
    "output 0-4 last",
    "terminal closed 100x24 of 4",
  ]);
  assert.equal(terminal.used, 1, "who looks at it keeps it from being idle");
});

test("W5 a reader is told how the terminal was set where its output begins, unless it has what is before", async (t) => {
  const terminal = aTerminal(t);
  terminal.print("abc", 1_000, "<set>");
  const first = await follow(terminal.watch);
  await first.took(2);
  const second = await follow(terminal.watch, 1_001);
  await second.took(2);
  assert.equal(first.events[1], "output 1000-1003 abc in <set>");
  assert.equal(second.events[1], "output 1001-1003 bc");
});

test("W5 a terminal that goes with its workspace ends its readers in words, behind what they were told", async (t) => {
  const terminal = aTerminal(t);
  terminal.print("hi");
  const reader = await follow(terminal.watch);
  await reader.took(2);
  terminal.goWithItsWorkspace();
  await reader.untilEnd();
  assert.deepEqual(reader.events, [
    "terminal open 80x24 of 2",
    "output 0-2 hi",
    "terminal closed 80x24 of 2: The workspace was deleted.",
  ]);
});

test("W5 ten readers cost the store as many reads as one", async (t) => {
  const terminal = aTerminal(t);
  const readers = await Promise.all(Array.from({ length: 10 }, () => follow(terminal.watch)));
  for (const reader of readers) await reader.took(1);
  const before = terminal.reads;
  terminal.print("x");
  for (const reader of readers) await reader.took(2);
  assert.ok(terminal.reads - before <= 2, String(terminal.reads - before));
});
