// Keeps the object that is known where an equal one arrives, so that whoever compares by identity draws nothing anew.

/** Whether two JSON values say the same. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key]));
}

/** The known object if it says the same, else the new one. */
export function kept<T>(known: T | null | undefined, next: T): T {
  return known !== null && known !== undefined && isSame(known, next) ? known : next;
}
