// Joins names of CSS classes, leaving out those that do not apply.
export function classNames(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}
