// Translates a glob into ripgrep's ignore rules, so that ripgrep does all the matching, in linear time. Its option --glob would also show
// hidden and ignored files. Pure.
import { globMatcher } from "./glob-matcher.ts";

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
  const pattern = belowFolder(glob, relative);
  const matches = globMatcher(pattern);
  return {
    type: "only",
    // Ignore everything, except folders, except what the glob matches; but ignore what is hidden.
    lines: ["*", "!*/", `!${pattern}`, ".*"],
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
