import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CHAT_STATES,
  chatStateOf,
  mayBegin,
  mayEnd,
  TRANSITIONS,
  type TransitionName,
} from "./chat-state.ts";

const names = Object.keys(TRANSITIONS) as TransitionName[];

test("S3 the table has a verdict for every cell, and archived chats only rename, unarchive, change hands and go", () => {
  for (const name of names) {
    for (const from of CHAT_STATES) {
      const begins = mayBegin(name, from, false) || mayBegin(name, from, true);
      const ends = CHAT_STATES.filter((to) => mayEnd(name, from, to));
      assert.equal(begins, ends.length > 0, `${name} from ${from}`);
      if (mayBegin(name, from, true))
        assert.ok(["rename", "unarchive", "hand_over", "delete"].includes(name), name);
    }
  }
});

test("S3 the table says what the specification lists", () => {
  const rows: [TransitionName, string][] = [
    ["send", "W>R E>R E+q>R+q R>R+q R+q>R+q I>I+q I+q>I+q A>A+q A+q>A+q"],
    ["send_interrupt", "W>R E>R E+q>R+q R>I+q R+q>I+q I>I+q I+q>I+q A>R+q A+q>R+q"],
    ["interrupt", "W>W E>E E+q>E+q R>I R+q>I+q I>I I+q>I+q A>R A+q>R+q"],
    ["promote_queued", "E+q>R|R+q A+q>R|R+q R+q>I+q I+q>I+q"],
    ["finish_turn", "R>W R+q>R|R+q|E+q"],
    ["finish_error", "R>E R+q>E+q I>E I+q>E+q"],
    ["finish_interruption", "I>W I+q>R|R+q|E+q"],
    ["enter_requires_action", "R>A R+q>A+q"],
    ["ask_question", "R>A R+q>A+q A>A A+q>A+q"],
    ["answer_question", "A>A|R A+q>A+q|R+q"],
    ["end_question", "A>A|R A+q>A+q|R+q"],
    ["commit_step", "R>R R+q>R+q"],
    ["archive", "W>W E>E"],
    ["clear", "W>W E>W"],
    ["hand_over", "W>W R>R R+q>R I>I I+q>I A>A A+q>A E>E E+q>E"],
    ["compact", "W>R E>R E+q>R+q"],
  ];
  for (const [name, cells] of rows) {
    const table: Partial<Record<string, readonly string[]>> = TRANSITIONS[name].table;
    const listed = Object.entries(table).map(([from, to]) => `${from}>${to?.join("|")}`);
    assert.deepEqual(listed.sort(), cells.split(" ").sort(), name);
  }
});

test("S6 a waiting chat with a queue is not a state", () => {
  assert.equal(chatStateOf("waiting", 1), null);
  assert.equal(chatStateOf("waiting", 0), "W");
  assert.equal(chatStateOf("error", 3), "E+q");
});
