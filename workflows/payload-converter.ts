// How workflow code reads payloads. One that cannot be read counts as absent: the SDK would fail the workflow task, the task
// would be tried again for ever, and a signal nobody can read would end a chat.
import { defaultPayloadConverter, type Payload, type PayloadConverter } from "@temporalio/common";

export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload<T>(payload: Payload): T {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch {
      // What is absent is refused where it is needed: signals are checked, and an outcome that is none ends the turn in words.
      return undefined as T;
    }
  },
};
