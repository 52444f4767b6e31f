// The workspace agent runs inside the workspace. This file: what it keeps and waits for, each with its reason. What both
// sides of the wire must know is in protocol.ts.

// More at once than any turn asks for; a loop that starts commands without end stops here.
export const runningProcessesMax = 50;
// Ended processes kept for those who come late, oldest forgotten first; some 200 folders are listed in no time.
export const keptProcessesMax = 200;
// Keys outlive what they name, so that none is ever run again; 10,000 are some 5 MB of memory and disk.
export const forgottenKeysMax = 10_000;
// A forgotten process keeps this much of its command, for words about it.
export const forgottenCommandCharsMax = 200;

// What followers read without a disk; 50 running processes fill 50 MiB at most.
export const ringBytes = 1024 * 1024;
// Half the ring: the other half takes what a pipe still brings while the process is being held up.
export const unwrittenBytesMax = 512 * 1024;
// A sixteenth of a spool is lost at a time when the beginning is dropped.
export const segmentBytes = 4 * 1024 * 1024;
// Long test runs say some megabytes; more than this is a loop that prints.
export const spoolBytesMax = 64 * 1024 * 1024;
// Of all processes together: as much as eight of the loudest.
export const spoolsBytesMax = 512 * 1024 * 1024;
// One frame to a follower; several fit into a socket's buffers.
export const followBytesMax = 64 * 1024;

// A child that went to the background keeps the pipe open after its shell exited. What the shell wrote is in the pipe by
// then, so silence this long means that nothing of it is missing …
export const drainQuietMs = 50;
// … and a child that goes on talking is not waited for longer than this. Later output of it is read and thrown away:
// closing the pipe would kill the server that a command just started.
export const drainMaxMs = 200;
// Between two reads of what is thrown away, so that a child that talks without end does not keep the agent busy.
export const discardPauseMs = 2;

// Time to end between SIGTERM and SIGKILL (SPEC I2 gives the same to an interrupted tool).
export const killAfterMs = 5_000;
// After SIGKILL only a process stuck in the kernel is still there; it is not waited for.
export const killedWithinMs = 2_000;

// For the last answers of an agent that ends; a client that does not read them is not waited for.
export const lastAnswersMs = 1_000;

// A retry of a tool call comes within minutes; a day covers a deployment that was down.
export const effectsKeptMs = 24 * 60 * 60_000;
export const effectsKeptMax = 10_000;

// FIFOs made ahead, since making one costs a process of its own.
export const pipesReady = 16;

// Linux takes about 2 MiB of arguments and environment together; a quarter leaves room for both.
export const environmentBytesMax = 512 * 1024;
export const environmentEntriesMax = 500;

// A body of 16 MiB over a slow link arrives within this; longer is a client that hangs.
export const requestTimeoutMs = 60_000;
