// The failure of a build, in words for its owner and the model. It is an outcome, not a bug, and is not tried again
// automatically.
export class BuildFailed extends Error {
  /** The driver has nothing of the workspace any more. */
  readonly gone: boolean;
  constructor(message: string, gone = false) {
    super(message);
    this.name = "BuildFailed";
    this.gone = gone;
  }
}
