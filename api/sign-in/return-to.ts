// Where a browser goes after it has signed in: a path of this server, never another site.

/** Longer ones do not fit in the cookie that carries them to the issuer and back. */
export const returnToCharsMax = 1_000;
/** `//host` and `/\host` are other sites to a browser, and it drops tabs and line ends before it looks. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

/** The path, or `/` if it would lead elsewhere. */
export function safeReturnTo(asked: string | undefined): string {
  const isSafe = asked !== undefined && asked.length <= returnToCharsMax && OWN_PATH.test(asked);
  // To sign in again at once would go round in circles.
  return isSafe && !asked.startsWith("/session/") ? asked : "/";
}
