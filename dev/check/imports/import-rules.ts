// Judges one import by the table of rooms. Pure: the graph is read elsewhere.
import { isBuiltin } from "node:module";
import { floors, packageOwners, type Room, rooms } from "../rooms.ts";

/** One import statement, resolved. */
export interface ImportEdge {
  /** The importing file, relative to the tree, e.g. "core/part/part.ts". */
  readonly from: string;
  /** A file of the tree, or the bare name of a package ("openai", "node:fs"). */
  readonly to: string;
  readonly kind: "file" | "package";
  /** Erased at run time: `import type`, `import { type X }`, `import("x").X` in a type. */
  readonly typeOnly: boolean;
}

/** What is wrong with an import, as a sentence, or null when the table allows it. */
export function judgeImport(edge: ImportEdge): string | null {
  // Tests may reach anywhere, and composition roots exist to join what the table keeps apart.
  const isTest =
    /\.test\.tsx?$/.test(edge.from) || edge.from.includes("/__fixtures__/") || edge.from.startsWith("test/");
  if (isTest || /\/main\.tsx?$/.test(edge.from)) return null;
  const name = roomOf(edge.from);
  // Files at the top of the tree (setup) belong to no room.
  if (name === null) return null;
  const room = rooms[name];
  if (room === undefined) return `${name}/ is not in the table of rooms (dev/check/rooms.ts)`;
  if (edge.kind === "package") return judgePackage(edge, name, room);
  return judgeFile(edge, name, room) ?? judgeFloor(edge);
}

/** Holds the floors of one room: an import must lead to the floor itself, to the room's top, or to a floor that the table names. */
function judgeFloor({ from, to }: ImportEdge): string | null {
  const room = Object.keys(floors).find((name) => from.startsWith(`${name}/`)) ?? "";
  const table = floors[room];
  const [floor = "", ...rest] = from.slice(room.length + 1).split("/");
  if (table === undefined || rest.length === 0 || !to.startsWith(`${room}/`)) return null;
  const [other = "", ...below] = to.slice(room.length + 1).split("/");
  if (below.length === 0 || other === floor) return null;
  const allowed = table[floor];
  if (allowed === undefined) return `${room}/${floor}/ is not in the table of floors (dev/check/rooms.ts)`;
  if (allowed.includes(other)) return null;
  const may = allowed.length === 0 ? "no other floor" : `only ${allowed.join(", ")}`;
  return `${room}/${floor}/ may not import ${to}: ${may} of ${room}/`;
}

function judgeFile(edge: ImportEdge, name: string, room: Room): string | null {
  if (room.imports === "everything" || covers([name, ...room.imports], edge.to)) return null;
  if (covers(room.typesOf ?? [], edge.to)) {
    return edge.typeOnly ? null : `${name}/ may import only types of ${edge.to}: write "import type"`;
  }
  return `${name}/ may not import ${edge.to}, only ${[name, ...room.imports].join(", ")}${typesClause(room)}`;
}

function judgePackage(edge: ImportEdge, name: string, room: Room): string | null {
  const owner = packageOwners.find((entry) => entry.packages.includes(edge.to));
  if (owner !== undefined && !owner.rooms.includes(name)) {
    return `${edge.to} may be imported only in ${owner.rooms.map((each) => `${each}/`).join(", ")}`;
  }
  if (room.packages === undefined || room.packages.includes(edge.to)) return null;
  if (room.packages.includes("node:") && isBuiltin(edge.to)) return null;
  const allowed =
    room.packages.length === 0 ? "no package and no Node module" : `only ${room.packages.join(", ")}`;
  return `${name}/ may not import ${edge.to}: ${allowed} belongs there`;
}

function typesClause(room: Room): string {
  return room.typesOf === undefined ? "" : ` and types of ${room.typesOf.join(", ")}`;
}

function covers(targets: readonly string[], file: string): boolean {
  return targets.some((target) => file === target || file.startsWith(`${target}/`));
}

/** The innermost folder of the table that holds the file; else its first folder. */
function roomOf(file: string): string | null {
  const slash = file.indexOf("/");
  if (slash === -1) return null;
  const inner = Object.keys(rooms).filter((name) => name.includes("/") && file.startsWith(`${name}/`));
  return inner[0] ?? file.slice(0, slash);
}
