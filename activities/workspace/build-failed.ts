// One activity per file. This file: what fails a build, in words for its owner and the model. An outcome, not a bug: nothing
// of it is tried again by itself.

export class BuildFailed extends Error {
  /** The driver has nothing of the workspace any more. */
  readonly gone: boolean;
  constructor(message: string, gone = false) {
    super(message);
    this.name = "BuildFailed";
    this.gone = gone;
  }
}
