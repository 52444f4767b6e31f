// The limits of a workspace's proxy, each with its reason.

/** Package managers open some dozens at once. */
export const connectionsMax = 256;
/** Twice Node's default: real sites have long cookies and tokens. */
export const headerBytesMax = 32 * 1024;
/** Enough for a slow resolver and a few lost packets. */
export const connectTimeoutMs = 20_000;
/** A download that stalls for this long does not recover. Connections that are kept open on purpose send something more often. */
export const idleTimeoutMs = 10 * 60_000;
/** From the first byte of a request to the end of its header. */
export const headerTimeoutMs = 30_000;
