// Reads cookies of a request. (Express writes them.)

/** The different values of the cookies with this name, undecoded: our own values need no escapes. */
export function readCookies(header: string | undefined, name: string): readonly string[] {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim());
  const values = pairs.flatMap((pair) => (pair.startsWith(`${name}=`) ? [pair.slice(name.length + 1)] : []));
  return [...new Set(values)];
}

/**
 * The value of a cookie; undefined also if there are several. One of them is not ours then: a page of a sibling domain can set a
 * cookie for the whole domain, and nothing says which of the two it is.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = readCookies(header, name);
  return values.length === 1 ? values[0] : undefined;
}
