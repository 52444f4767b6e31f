// Folders that a reader can take in: at most twenty entries, at most twelve files at the top of a room with floors, and a
// README in each room.
import type { CheckResult } from "./check.ts";
import { floors, folderEntriesMax, rooms, roomTopFilesMax } from "./rooms.ts";
import { listFiles } from "./source-files.ts";

/** Folders of data: numbered migrations, recorded fixtures and histories, dated pages. Their number is not ours to choose. */
const dataFolder = /(^|\/)(migrations|__fixtures__|histories|decisions|images)(\/|$)/;

/** Counts the entries of each folder of the tree; the root of the tree holds what tools expect there, and is not judged. */
export async function checkFolders(root: string): Promise<CheckResult> {
  const files = listFiles(root, "{*,*/**/*}");
  const folders = new Map<string, Set<string>>();
  for (const file of files) {
    const names = file.split("/");
    for (let depth = 1; depth < names.length; depth += 1) {
      const folder = names.slice(0, depth).join("/");
      const entries = folders.get(folder) ?? new Set();
      folders.set(folder, entries.add(names[depth] ?? ""));
    }
  }
  const judged = [...folders].filter(([folder]) => !dataFolder.test(folder));
  const crowded = judged
    .filter(([, entries]) => entries.size > folderEntriesMax)
    .map(([folder, entries]) => `${folder}/ has ${entries.size} entries, more than ${folderEntriesMax}`);
  return {
    seen: `${judged.length} folders`,
    faults: [
      ...crowded,
      ...Object.keys(floors).flatMap((room) => judgeTop(room, files)),
      ...readmes(folders),
    ],
  };
}

function judgeTop(room: string, files: readonly string[]): string[] {
  const top = files.filter(
    (file) => file.startsWith(`${room}/`) && !file.slice(room.length + 1).includes("/"),
  );
  return top.length > roomTopFilesMax
    ? [`${room}/ has ${top.length} files at its top, more than ${roomTopFilesMax}`]
    : [];
}

/** Rooms that are there (the table also names rooms to come) and lack their README. */
function readmes(folders: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return Object.keys(rooms)
    .filter((room) => folders.has(room) && folders.get(room)?.has("README.md") !== true)
    .map((room) => `${room}/ has no README.md`);
}
