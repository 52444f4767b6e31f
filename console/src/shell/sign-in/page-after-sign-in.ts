// Where a link to the sign-in page leads in the end: `/sign-in?to=/chats/…`.

/** A page of the console. Whatever else the link names, another server's address among it, leads to the first page. */
export function pageAfterSignIn(search: string): string {
  const to = new URLSearchParams(search).get("to") ?? "/";
  return /^\/(?:[\w-]+(?:\/[\w-]+)?)?$/.test(to) && to !== "/sign-in" ? to : "/";
}
