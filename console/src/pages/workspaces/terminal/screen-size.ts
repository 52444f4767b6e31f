// Keeps a terminal as large as its place on the page, and has a program that fills the screen draw it anew.
import { FitAddon } from "@xterm/addon-fit";
import type { Terminal } from "@xterm/xterm";

/** A window that is dragged asks for many sizes; the last one counts. */
const resizeAfterMs = 120;
/** Programs that draw at another size do it at once. */
const redrawMaxMs = 3_000;

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface ScreenSizeInput {
  readonly host: HTMLElement;
  /** Opened in its host. */
  readonly screen: Terminal;
  /** Tells the server. */
  readonly send: (size: Size) => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}

/** By a program that draws all of it, as editors and pagers do. */
export function isFilled({ buffer }: Terminal): boolean {
  return buffer.active.type === "alternate";
}

export class ScreenSize {
  readonly #input: ScreenSizeInput;
  readonly #fit = new FitAddon();
  readonly #observer: ResizeObserver;
  #planned: number | undefined;
  /** As the server has it; null: not known yet. */
  #known: Size | null = null;
  #isRedrawing = false;
  #isOver = false;
  #printed: () => void = () => undefined;

  constructor(input: ScreenSizeInput) {
    this.#input = input;
    input.screen.loadAddon(this.#fit);
    this.#observer = new ResizeObserver(() => this.#plan());
    this.#observer.observe(input.host);
  }

  /** The server has told it. */
  take({ cols, rows }: Size): void {
    const isFirst = this.#known === null;
    this.#known = { cols, rows };
    // The shell's lines are as long as another window has them, until this one has said otherwise.
    if (this.#planned === undefined && !this.#isRedrawing && !this.#isOver)
      this.#input.screen.resize(cols, rows);
    if (isFirst) this.#plan();
  }

  /**
   * What was kept of the output is shown. A program that fills the screen has drawn some of it for another size, or so long ago that
   * it is lost: it draws all of it anew when its size changes, so that is changed, and changed back.
   */
  async redraw(): Promise<void> {
    const { screen, send, onError } = this.#input;
    if (this.#isOver || this.#isRedrawing || !isFilled(screen)) return;
    this.#isRedrawing = true;
    try {
      if (await this.#resize()) return;
      const drawn = this.#untilPrinted();
      await send({ cols: screen.cols, rows: screen.rows > 2 ? screen.rows - 1 : screen.rows + 1 });
      // Two changes that come at once are none.
      await drawn;
      await send({ cols: screen.cols, rows: screen.rows });
    } catch (error) {
      if (!this.#isOver) onError(error);
    } finally {
      this.#isRedrawing = false;
    }
  }

  /** Something new was printed. */
  heard(): void {
    this.#printed();
  }

  /** It has no other size any more. */
  end(): void {
    this.#isOver = true;
  }

  dispose(): void {
    this.#isOver = true;
    window.clearTimeout(this.#planned);
    this.#observer.disconnect();
    this.#printed();
  }

  #untilPrinted(): Promise<void> {
    return new Promise((resolve) => {
      const timer = window.setTimeout(resolve, redrawMaxMs);
      this.#printed = () => {
        window.clearTimeout(timer);
        resolve();
      };
    });
  }

  #plan(): void {
    window.clearTimeout(this.#planned);
    this.#planned = window.setTimeout(() => {
      this.#resize().catch((error: unknown) => (this.#isOver ? undefined : this.#input.onError(error)));
    }, resizeAfterMs);
  }

  /** Whether the server was told another size. */
  async #resize(): Promise<boolean> {
    window.clearTimeout(this.#planned);
    this.#planned = undefined;
    this.#fit.fit();
    const { cols, rows } = this.#input.screen;
    const isKnown = this.#known === null || (this.#known.cols === cols && this.#known.rows === rows);
    if (this.#isOver || isKnown) return false;
    await this.#input.send({ cols, rows });
    return true;
  }
}
