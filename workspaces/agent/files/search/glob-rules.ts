// Says a glob in ripgrep's own rules of what to ignore, so that ripgrep alone decides what is meant, in time linear in the name. Its option
// --glob would do, but for showing hidden and ignored files. Pure.

/** Lines of an ignore file, which counts from the searched root, that leave what `glob` means below the folder `relative`. */
export function globRules(glob: string, relative: string): readonly string[] {
  const isNegated = glob.startsWith("!");
  const pattern = belowFolder(isNegated ? glob.slice(1) : glob, relative);
  if (isNegated) return [pattern.replace(/^#/, "\\#")];
  // Nothing, but in all folders what the glob means; and as ever nothing hidden.
  return ["*", "!*/", `!${pattern}`, ".*"];
}

/** As in .gitignore a single name is meant at any depth, a path from the folder on, and a folder means all that is in it. */
function belowFolder(glob: string, relative: string): string {
  // A rule is a line without blanks at its end.
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
