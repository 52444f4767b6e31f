// A request that is answered by a stream, from its first await to its end. What is held for it is released exactly once when
// its reader leaves, even if the reader left before anything was held.
import type { IncomingMessage, ServerResponse } from "node:http";

/** Something that is held for as long as a reader stays. */
export interface Leaving {
  /** Calls back once when the reader has left, or at once if it has left already. Returns a function that cancels the call. */
  onLeft(letGo: () => void): () => void;
}

export class OpenStream<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
> implements Leaving
{
  readonly request: Request;
  readonly response: Response;
  /** Bytes to end with when the stream is ended from outside, such as for a key that was revoked. */
  farewell = "";
  readonly #letGo = new Set<() => void>();
  readonly #leave = () => this.#left();
  #isLeft = false;

  constructor({ request, response }: { readonly request: Request; readonly response: Response }) {
    this.request = request;
    this.response = response;
    response.once("close", this.#leave);
    // The response to a pipelined request has no socket yet, and would not notice that it closes.
    request.socket.once("close", this.#leave);
    if (response.closed || request.socket.destroyed) this.#left();
  }

  /** Whether the reader has left. Ask again after each await. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  onLeft(letGo: () => void): () => void {
    if (this.#isLeft) letGo();
    else this.#letGo.add(letGo);
    return () => void this.#letGo.delete(letGo);
  }

  /** Ends the stream from outside. */
  dismiss(): void {
    if (this.#isLeft) return;
    const { response } = this;
    if (response.headersSent) response.end(this.farewell);
    else response.destroy();
    this.#left();
  }

  #left(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.response.off("close", this.#leave);
    this.request.socket.off("close", this.#leave);
    for (const letGo of this.#letGo) letGo();
    this.#letGo.clear();
  }
}
