// Translates a glob into ripgrep's ignore rules, so that ripgrep does all the matching, in linear time. Its option --glob would also show
// hidden and ignored files. Pure.

/** The lines of an ignore file for the root that leaves only what `glob` matches below the folder `relative`. */
export function globRules(glob: string, relative: string): readonly string[] {
  const isNegated = glob.startsWith("!");
  const pattern = belowFolder(isNegated ? glob.slice(1) : glob, relative);
  if (isNegated) return [pattern.replace(/^#/, "\\#")];
  // Ignore everything, except folders, except what the glob matches; but ignore what is hidden.
  return ["*", "!*/", `!${pattern}`, ".*"];
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
