// How a worker attends a terminal: each number with its reason.

// Of one look at the output: what a frame of a stream holds.
export { terminalChunkBytesMax as chunkBytesMax } from "../../../core/chat/limits.ts";
// The agent answers at the first byte; a silent shell is asked again after this.
export const outputWaitMs = 15_000;
// Between two looks that find something: however small the drops are that a program prints, they are no more than 25 rows a second.
// Full pieces are some 400 KiB a second, which a browser and the database take easily, and 25 terminals at once, too.
export const pauseMs = 40;
// Output that lies further behind what was shown last is left out but for its end: nobody reads it as it rushes by, and Ctrl-C must
// not have to wait for it.
export const behindBytesMax = 256 * 1024;
export const behindKeptBytes = 32 * 1024;
// The bus says when there is something to do; it may lose a message.
export const lookEveryMs = 5_000;
// Without the bus, each of these is one cheap read.
export const lookWithoutBusMs = 150;
export const attendEveryMs = 10_000;
// From SIGHUP, at which shells end, to SIGKILL.
export const hangUpMs = 3_000;
// From SIGKILL to its end, with what it printed last.
export const endedMs = 5_000;
// Uses of the workspace that are closer together are one.
export const touchEveryMs = 15_000;
