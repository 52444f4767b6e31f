// Tools that the client runs (SPEC D1), as a chat or a message brings them along.
import type { JsonObject } from "../part/part.ts";

export interface ClientTool {
  readonly name: string;
  readonly description: string;
  /** JSON schema of an object. */
  readonly parameters: JsonObject;
}
