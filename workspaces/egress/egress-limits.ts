// The caps of a workspace's way out, each with its reason.

/** Package managers open some dozens at once; what opens more than this is no ordinary program. */
export const connectionsMax = 256;
/** Cookies and tokens of real sites fit; Node's own default is half of it. */
export const headerBytesMax = 32 * 1024;
/** A slow resolver and a lost packet or two; programs give up themselves after about as long. */
export const connectTimeoutMs = 20_000;
/** A download that stalls this long does not go on; a connection kept open on purpose sends something more often. */
export const idleTimeoutMs = 10 * 60_000;
/** From the first byte of a request to the end of its header. */
export const headerTimeoutMs = 30_000;
