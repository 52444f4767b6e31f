// What the agent keeps and waits for, each with its reason. What both sides of the wire must know is in wire/protocol.ts.

// More at once than any turn asks for; a loop that starts commands without end stops here.
export const runningProcessesMax = 50;
// Ended processes kept for those who come late, oldest forgotten first; some 200 folders are listed in no time.
export const keptProcessesMax = 200;

export const journalLimits = {
  // Keys outlive what they name, so that none is ever run again; 10,000 are some 5 MB of disk.
  forgottenKeysMax: 10_000,
  // A forgotten process keeps this much of its command, for words about it.
  forgottenCommandCharsMax: 200,
  // A retry of a tool call comes within minutes; a day covers a deployment that was down.
  effectsKeptMs: 24 * 60 * 60_000,
  effectsKeptMax: 10_000,
};

// Kept of the newest output once the disk takes no more; 50 running processes fill 50 MiB at most.
export const memoryBytesMax = 1024 * 1024;
// A sixteenth of the output on disk is lost at a time when the beginning is dropped.
export const segmentBytes = 4 * 1024 * 1024;
// Long test runs say some megabytes; more than this is a loop that prints.
export const outputBytesMax = 64 * 1024 * 1024;
// Of all processes together: as much as eight of the loudest.
export const outputsBytesMax = 512 * 1024 * 1024;
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

// FIFOs made ahead, since making one costs a process of its own.
export const pipesReady = 16;

// Linux takes about 2 MiB of arguments and environment together; a quarter leaves room for both.
export const environmentBytesMax = 512 * 1024;
export const environmentEntriesMax = 500;

// A body of 16 MiB over a slow link arrives within this; longer is a client that hangs.
export const requestTimeoutMs = 60_000;
