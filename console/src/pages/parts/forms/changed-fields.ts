// What of a form's body differs from what is stored: only that is sent, so that nobody's other change is undone.

/** @returns the fields of `next` whose JSON is not that of `before`, whatever the order of their fields */
export function changedFields<Body extends object>(before: Body, next: Body): Partial<Body> {
  const changed = Object.entries(next).filter(
    ([name, value]) => textOf(value) !== textOf((before as Record<string, unknown>)[name]),
  );
  return Object.fromEntries(changed) as Partial<Body>;
}

function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (_name, inside: unknown) =>
    typeof inside === "object" && inside !== null && !Array.isArray(inside)
      ? Object.fromEntries(Object.entries(inside).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inside,
  );
}
