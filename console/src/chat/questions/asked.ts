// What each question is given: where it is answered, and who is told when that failed.
import type { Everturn } from "../../../../client/index.ts";

export interface AskedProps {
  readonly client: Everturn;
  readonly chatId: string;
  readonly onFault: ((words: string) => void) | undefined;
  /** The page's keys answer the first question, and are shown at it. */
  readonly hasKeys: boolean;
}
