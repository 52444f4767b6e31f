import assert from "node:assert/strict";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { Journal, type ProcessEndRecord } from "./journal.ts";

const folder = mkdtempSync(join(tmpdir(), "journal-"));
const opened: Journal[] = [];
after(() => {
  for (const journal of opened) journal.close();
  rmSync(folder, { recursive: true });
});

const limits = { forgottenKeysMax: 3, forgottenCommandCharsMax: 5, effectsKeptMax: 4, effectsKeptMs: 1_000 };
const end: ProcessEndRecord = {
  state: "exited",
  exit_code: 0,
  signal: null,
  start_error: null,
  ended_at: new Date(0).toISOString(),
  elapsed_ms: 1,
  output_bytes: 0,
};

function newFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

function open(path: string) {
  const lines: string[] = [];
  const journal = Journal.open(path, limits, (line) => lines.push(line));
  opened.push(journal);
  return { journal, lines };
}

function begin(journal: Journal, key: string) {
  const started_at = new Date(0).toISOString();
  return journal.beginProcess({ key, digest: "d", command: "a command", cwd: ".", started_at, mark: 1 });
}

test("W5 a journal that was cut off anywhere opens, and knows all that was written before", async () => {
  const path = newFolder("whole");
  const { journal } = open(path);
  const sizes: number[] = [];
  for (let at = 0; at < 8; at++) {
    await begin(journal, `k${at}`);
    sizes.push(statSync(join(path, "journal.db-wal")).size);
  }
  const whole = sizes.at(-1) ?? 0;
  for (let size = whole; size > 0; size -= 1_717) {
    const cut = newFolder(`cut-${size}`);
    for (const name of ["journal.db", "journal.db-wal"]) copyFileSync(join(path, name), join(cut, name));
    truncateSync(join(cut, "journal.db-wal"), size);
    const { journal: successor, lines } = open(cut);
    const known = sizes.filter((written) => written <= size).length;
    assert.deepEqual(
      successor.processes().map(({ key, number }) => [key, number]),
      Array.from({ length: known }, (_, at) => [`k${at}`, at + 1]),
    );
    assert.deepEqual(lines, []);
    // What was not written in full never happened.
    if (known < 8) assert.equal((await begin(successor, `k${known}`)).number, known + 1);
    successor.close();
  }
});

test("W5 a damaged journal is set aside in words, and an empty one is begun", async () => {
  const path = newFolder("damaged");
  const { journal } = open(path);
  for (let at = 0; at < 50; at++) await begin(journal, `k${at}`);
  journal.close();
  const file = join(path, "journal.db");
  const pages = readFileSync(file);
  for (const damaged of [Buffer.from("no database at all"), pages.fill(0x55, 4_096)]) {
    writeFileSync(file, damaged);
    const { journal: successor, lines } = open(path);
    assert.match(lines.join(), /is damaged and set aside/);
    assert.deepEqual([successor.isFresh, successor.processes()], [true, []]);
    await begin(successor, "k0");
    successor.close();
  }
  assert.equal(readdirSync(path).filter((name) => name.includes("damaged")).length, 2);
});

test("W5 a key that is written down stays so, however often its start is tried again", async () => {
  const { journal } = open(newFolder("taken"));
  await begin(journal, "k");
  for (let attempt = 0; attempt < 2; attempt++) {
    await assert.rejects(begin(journal, "k"), { code: "outcome_unknown" });
  }
  assert.equal(journal.processes().length, 1);
});

test("the journal of a newer agent is left as it is", () => {
  const path = newFolder("newer");
  const database = new DatabaseSync(join(path, "journal.db"));
  database.exec("pragma user_version = 9");
  database.close();
  assert.throws(() => open(path), /has version 9.*newer Everturn/);
  assert.deepEqual(readdirSync(path), ["journal.db"]);
});

test("W5 a start that another agent wrote down over the same state is not done a second time: one agent has the journal", () => {
  const path = newFolder("shared");
  const { journal } = open(path);
  assert.throws(() => open(path), /another agent has the journal .* open/);
  journal.close();
  open(path);
});

test("of more keys than are kept the oldest are lost, of a forgotten process the end of its command", async () => {
  const { journal } = open(newFolder("forgotten"));
  for (let at = 0; at < 20; at++) {
    await begin(journal, `k${at}`);
    journal.endProcess(`k${at}`, { ...end, exit_code: at });
    assert(journal.forgetProcess(`k${at}`));
  }
  await begin(journal, "kept");
  assert.equal(journal.forgottenProcess("k16"), null);
  const { command, exit_code } = journal.forgottenProcess("k17") ?? {};
  assert.deepEqual([command, exit_code], ["a com", 17]);
  assert.equal(journal.forgottenProcess("kept"), null);
  assert.deepEqual(
    journal.processes().map(({ key }) => key),
    ["kept"],
  );
});
