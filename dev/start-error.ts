// Dev holds the embedded stack: what keeps it from starting is told in words, without a stack trace.

/** A reason why the stack cannot start, meant for the person who started it. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "StartError";
  }
}
