// The tools of the ferry desk, the small MCP server that comes with the demo model: one only reads, and one changes something.
import { type JsonObject, textOf } from "../json.ts";

const PILOT_ANSWERS = 4;
const PILOT_ANSWER_MS = 500;
const DEPARTURE = /^([01]\d|2[0-3]):[0-5]\d$/;

export interface FerryTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  /** What the tool says of itself: clients derive from it whether they ask first, and whether they may call again. */
  readonly annotations: { readonly readOnlyHint?: boolean; readonly destructiveHint?: boolean };
}

export const FERRY_TOOLS: readonly FerryTool[] = [
  {
    name: "next_ferry",
    description: "Says when the next ferry to the lighthouse leaves. Takes two seconds.",
    inputSchema: { type: "object", properties: {} },
    annotations: { readOnlyHint: true },
  },
  {
    name: "book_seat",
    description: "Books a seat on a ferry. A booking cannot be taken back.",
    inputSchema: {
      type: "object",
      properties: { departure: { type: "string", description: "When it leaves, as HH:MM." } },
      required: ["departure"],
    },
    annotations: { destructiveHint: true },
  },
];

export interface FerryCall {
  readonly name: string;
  readonly args: JsonObject;
  /** Aborted: the caller has gone. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { progress: number; total: number; message: string }) => void;
}

export interface FerryAnswer {
  readonly text: string;
  readonly isError: boolean;
}

export interface FerryDesk {
  /** Null if there is no such tool. */
  call(call: FerryCall): Promise<FerryAnswer | null>;
}

export function openFerryDesk(): FerryDesk {
  let seatsBooked = 0;
  return {
    async call({ name, args, signal, onProgress }) {
      if (name === "next_ferry") {
        for (let progress = 1; progress <= PILOT_ANSWERS && !signal.aborted; progress++) {
          onProgress({ progress, total: PILOT_ANSWERS, message: "asking the pilot" });
          await pause(signal);
        }
        return { text: "The next ferry leaves at 18:30 from pier 2.", isError: false };
      }
      if (name !== "book_seat") return null;
      const departure = textOf(args["departure"]);
      if (!DEPARTURE.test(departure))
        return { text: "departure must be a time such as 18:30.", isError: true };
      seatsBooked++;
      return { text: `Seat ${seatsBooked} on the ferry at ${departure} is booked.`, isError: false };
    },
  };
}

/** Ends early when the caller has gone. */
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, PILOT_ANSWER_MS);
    signal.addEventListener("abort", end);
  });
}
