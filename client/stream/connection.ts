// How a stream is connected, for people to see.

export type Connection =
  /** For the first time. */
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** It has none, because nobody wants it just now. */
  | { readonly state: "resting" }
  /** The connection was lost; the next try is at `retryAt` (milliseconds since 1970), try number `tries`. */
  | {
      readonly state: "reconnecting";
      readonly tries: number;
      readonly retryAt: number;
      readonly reason: string;
    }
  /** The same, while the device itself says that it has no network. */
  | { readonly state: "offline"; readonly tries: number; readonly retryAt: number; readonly reason: string }
  /** For good: it was closed, the thing is gone, or may not be read. */
  | { readonly state: "ended"; readonly error: Error | null };
