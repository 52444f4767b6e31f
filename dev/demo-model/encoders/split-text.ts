// How a text is cut into deltas, and how an answer that somebody began is continued. A delta is made when it is asked for.

/** Deltas of `chunk` characters, or else of one word each with the space before it. */
export function* splitText(text: string, chunk: number | undefined): Generator<() => string> {
  if (chunk === undefined) {
    for (const [word] of text.matchAll(/\s*\S+(?:\s+$)?|\s+/g)) yield () => word;
    return;
  }
  // By code point: a delta never ends inside a character, as UTF-8 on the wire could not carry that.
  const characters = [...text];
  for (let at = 0; at < characters.length; at += chunk) yield () => characters.slice(at, at + chunk).join("");
}

/** Whether the joined deltas begin with `prefix`. */
export function isPrefix(prefix: string, deltas: Iterable<() => string>): boolean {
  let rest = prefix;
  for (const delta of deltas) {
    if (rest === "") return true;
    const text = delta();
    if (!text.startsWith(rest) && !rest.startsWith(text)) return false;
    rest = rest.slice(text.length);
  }
  return rest === "";
}

/** The deltas after the first `prefix.length` characters. */
export function* skipPrefix(prefix: string, deltas: Iterable<() => string>): Generator<() => string> {
  let left = prefix.length;
  for (const delta of deltas) {
    if (left === 0) {
      yield delta;
      continue;
    }
    const text = delta();
    const rest = text.slice(left);
    left = Math.max(0, left - text.length);
    if (rest !== "") yield () => rest;
  }
}
