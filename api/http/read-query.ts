// Decodes query strings strictly: text that is not UTF-8 is refused.
import { Refusal } from "../../core/chat/refusal.ts";

/** Parameters by name; a repeated parameter is a list. Throws `Refusal` `invalid_request`. */
export function readQuery(url: string): Record<string, string | string[]> {
  const at = url.indexOf("?");
  const pairs = at === -1 ? [] : url.slice(at + 1).split("&");
  const found = new Map<string, string[]>();
  for (const pair of pairs) {
    if (pair === "") continue;
    const [rawName = "", ...rawValue] = pair.split("=");
    const name = decode(rawName, "query");
    const value = decode(rawValue.join("="), name);
    const values = found.get(name);
    if (values === undefined) found.set(name, [value]);
    else values.push(value);
  }
  return Object.fromEntries(
    [...found].map(([name, values]) => [name, values.length === 1 ? (values[0] as string) : values]),
  );
}

function decode(text: string, path: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    const message = "is not UTF-8 in URL encoding";
    throw new Refusal("invalid_request", `${path}: ${message}`, [{ path, message }]);
  }
}
