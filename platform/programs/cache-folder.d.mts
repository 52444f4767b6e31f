/** Where fetched programs are kept for all checkouts of this user. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string;
