// Which global variables a test file has changed: the next file in its lane must not see them.

/** Remembers the global variables; `changed` names those that differ by now. */
export function noteGlobals(): { changed(): string[] } {
  const before = Object.getOwnPropertyDescriptors(globalThis) as Readonly<Record<string, PropertyDescriptor>>;
  return {
    changed() {
      const now = Object.getOwnPropertyDescriptors(globalThis) as typeof before;
      const names = new Set([...Object.keys(before), ...Object.keys(now)]);
      return [...names].filter((name) => isChanged(name, before[name], now[name]));
    },
  };
}

function isChanged(name: string, before?: PropertyDescriptor, now?: PropertyDescriptor): boolean {
  // Libraries add `__name` when they are loaded, once for the whole process.
  if (before === undefined) return !name.startsWith("__");
  // Node replaces its own getters by their values when they are first used.
  if (now !== undefined && before.get !== undefined) return false;
  return !Object.is(before.value, now?.value);
}
