// Closes a switch over a union: if you add a member and forget a case, the code no longer compiles.

/** Throws for a value that the types say cannot exist. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value: ${JSON.stringify(value)}`);
}
