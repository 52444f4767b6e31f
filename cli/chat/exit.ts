// How `everturn chat` ends, for scripts (sysexits.h where a number has a name there).

export const EXIT_ERROR = 1;
/** The chat waits for a person: an approval, or the result of a tool that a client runs. */
export const EXIT_WAITS = 3;
/** EX_UNAVAILABLE. */
export const EXIT_UNREACHABLE = 69;
/** 128 + SIGINT. */
export const EXIT_STOPPED = 130;

/** Ends the command with this code and these words. */
export class ExitWith extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
