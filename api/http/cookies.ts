// Reads cookies of a request. (Express writes them.)

/** The value of the first cookie with this name, undecoded: our own values need no escapes. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const found = (header ?? "").split(";").find((pair) => pair.trimStart().startsWith(`${name}=`));
  return found?.slice(found.indexOf("=") + 1).trim();
}
