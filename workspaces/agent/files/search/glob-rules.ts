// Translates a glob into ripgrep's ignore rules, so that ripgrep does all the matching, in linear time. Its option --glob would also show
// hidden and ignored files. Pure.

export type GlobRules =
  | {
      readonly type: "only";
      /** Of an ignore file for the root. */
      readonly lines: readonly string[];
      /** Whether the glob matches a path as ripgrep writes it: a .gitignore of the workspace may show what `lines` ignore. */
      readonly matches: (written: Buffer) => boolean;
    }
  /** For --glob, which shows nothing more when the glob is negated. */
  | { readonly type: "without"; readonly glob: string };

/** What leaves only the files that `glob` means below the folder `relative`. */
export function globRules(glob: string, relative: string): GlobRules {
  if (glob.startsWith("!")) return { type: "without", glob: `!${belowFolder(glob.slice(1), relative)}` };
  const rule = belowFolder(glob, relative);
  const matches = globMatcher(rule.includes("/") ? rule.replace(/^\//, "") : `**/${rule}`);
  return {
    type: "only",
    // Ignore everything, except folders, except what the glob matches; but ignore what is hidden.
    lines: ["*", "!*/", `!${rule}`, ".*"],
    matches: (written) => {
      const [root = ""] = /^(?:\.?\/)*/.exec(written.toString("latin1")) ?? [];
      return matches(written.subarray(root.length));
    },
  };
}

/** As in .gitignore, a single name matches at any depth, a path counts from the folder, and a folder stands for everything in it. */
function belowFolder(glob: string, relative: string): string {
  // A rule is one line, and blanks at its end do not count.
  const oneLine = glob
    .replaceAll(/[\r\n]/g, "?")
    .replace(/(?<!\\) +$/, (blanks) => "[ ]".repeat(blanks.length));
  const isAnchored = /^\.?\//.test(oneLine);
  const path = oneLine.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "/**");
  if (!isAnchored && !path.includes("/")) return path;
  if (path.startsWith("**/")) return path;
  const folder = relative === "." ? "" : `/${relative.replaceAll(/[\\*?[\]{}!# ]/g, "\\$&")}`;
  return `${folder}/${path}`;
}

/** Where in the path a part of a glob may end when it may begin at these offsets. Each takes time in proportion to the path. */
type Part = (path: Buffer, from: ReadonlySet<number>) => ReadonlySet<number>;
type Accepts = (byte: number) => boolean;

const slash = 0x2f;
const isInName: Accepts = (byte) => byte !== slash;

const one =
  (accepts: Accepts): Part =>
  (path, from) =>
    new Set([...from].filter((at) => at < path.length && accepts(path[at] ?? slash)).map((at) => at + 1));

const anyNumberOf =
  (accepts: Accepts): Part =>
  (path, from) => {
    const all = new Set(from);
    // Walks to the end of the set, what is added meanwhile included.
    for (const at of all) if (at < path.length && accepts(path[at] ?? slash)) all.add(at + 1);
    return all;
  };

const sequence =
  (parts: readonly Part[]): Part =>
  (path, from) =>
    parts.reduce((at, part) => part(path, at), from);

const either =
  (branches: readonly Part[]): Part =>
  (path, from) =>
    new Set(branches.flatMap((branch) => [...branch(path, from)]));

const everything = anyNumberOf(() => true);
const folders = either([sequence([]), sequence([everything, one((byte) => byte === slash)])]);

// Two stars that are a whole name; the members of a class, in which nothing is escaped and a bracket that comes first is a
// member; any other character, perhaps escaped.
const tokens =
  /(?<stars>(?<=^|[/,{])\*\*(?=$|[/,}])\/?)|\[(?<not>[!^]?)(?<members>\]?[^\]]*)\]?|\\?(?<character>[^])/g;

/** Reads the glob as ripgrep does. One that ripgrep refuses is matched somehow. */
function globMatcher(glob: string): (path: Buffer) => boolean {
  // The open braces, from the outermost on: their branches, and of these the parts.
  const open: Part[][][] = [[[]]];
  const add = (part: Part) => open.at(-1)?.at(-1)?.push(part);
  // One character per byte.
  for (const { 0: token, groups = {} } of Buffer.from(glob).toString("latin1").matchAll(tokens)) {
    const { stars, not, members, character = "" } = groups;
    if (stars !== undefined) add(stars.endsWith("/") ? folders : everything);
    else if (members !== undefined) add(one(classOf(members, not !== "")));
    else if (token === "*") add(anyNumberOf(isInName));
    else if (token === "?") add(one(isInName));
    else if (token === "{") open.push([[]]);
    else if (token === "," && open.length > 1) open.at(-1)?.push([]);
    else if (token === "}" && open.length > 1) add(either((open.pop() ?? []).map(sequence)));
    else add(one((byte) => byte === character.charCodeAt(0)));
  }
  const whole = sequence(open[0]?.[0] ?? []);
  return (path) => whole(path, new Set([0])).has(path.length);
}

function classOf(members: string, isNegated: boolean): Accepts {
  const ranges = [...members.matchAll(/([^])-([^])|([^])/g)].map(([, from, to, single = ""]) =>
    [from ?? single, to ?? single].map((member) => member.charCodeAt(0)),
  );
  return (byte) => ranges.some(([from = 0, to = 0]) => byte >= from && byte <= to) !== isNegated;
}
