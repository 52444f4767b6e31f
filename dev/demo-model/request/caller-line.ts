// The line to one caller: writes under back-pressure, sleeps and holds, all of which end at once when the caller hangs up.
import type { ServerResponse } from "node:http";
import type { Gates } from "../plan/gates.ts";
import { type LoggedCall, logTime } from "../request-log.ts";

export class CallerLine {
  readonly #res: ServerResponse;
  #closed = false;
  #wake: (() => void) | null = null;

  constructor(res: ServerResponse, logged: LoggedCall) {
    this.#res = res;
    res.on("drain", () => this.#wakeUp());
    res.on("close", () => {
      this.#closed = true;
      // Our own end and cut are noted before they happen; what is left is the caller's doing.
      if (logged.entry.finished_at === null) {
        logged.change({ status: "client_closed", client_closed_at: logTime() });
      }
      this.#wakeUp();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when more may be written, or the caller is gone. */
  async write(text: string): Promise<void> {
    if (this.#closed || text === "" || this.#res.write(text)) return;
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  async sleep(ms: number): Promise<void> {
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Resolves when the gate is open, or the caller is gone. */
  async hold(gates: Gates, name: string): Promise<void> {
    if (this.#closed || gates.isOpen(name)) return;
    await new Promise<void>((resolve) => {
      const forget = gates.wait(name, resolve);
      this.#wake = () => {
        forget();
        resolve();
      };
    });
  }

  /** Lets other events in, the caller's hanging up among them. */
  async breathe(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
