// Core is pure: closes a switch over a union, so that a new member fails to compile where it is forgotten.

/** Throws for a value that the types say cannot exist. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value: ${JSON.stringify(value)}`);
}
