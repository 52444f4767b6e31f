// Tests: a process that takes its turns under a lock, and adds to a number without any other protection; or dies in its turn.
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { withFolderLock } from "./folder-lock.ts";

const [lock = "", file = "", turns = "1", wish = ""] = process.argv.slice(2);
const signal = new AbortController().signal;

async function addOne(): Promise<void> {
  const before = Number(await readFile(file, "utf8"));
  await pause(1);
  await writeFile(file, String(before + 1));
  if (wish === "die") process.kill(process.pid, "SIGKILL");
}

await Promise.all(Array.from({ length: Number(turns) }, () => withFolderLock(lock, signal, addOne)));
