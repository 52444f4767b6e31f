// A terminal on the page: xterm, joined to a terminal of a workspace. Loaded only when somebody looks at one.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import type { Connection, Terminal as TerminalState } from "../../../../../client/index.ts";
import { everturn } from "../../../state/everturn.ts";
import { KeyStrokes } from "./key-strokes.ts";
import { guardScreen, safeLink } from "./screen-guard.ts";
import { createScreenStyles } from "./screen-styles.ts";
import { coloursOf } from "./terminal-colours.ts";
import { createKeyFilter } from "./terminal-keys.ts";

/** Of what has scrolled away; the server keeps less. */
const scrollbackLines = 5_000;
const fontPx = 13;
/** A window that is dragged asks for many sizes; the last one counts. */
const resizeAfterMs = 120;

export interface AttachInput {
  readonly host: HTMLElement;
  readonly workspaceId: string;
  readonly terminalId: string;
  readonly readsAloud: boolean;
  readonly onState: (terminal: TerminalState) => void;
  readonly onConnection: (connection: Connection) => void;
  /** What was typed, or a size, could not be sent; or the stream was refused. */
  readonly onError: (error: unknown) => void;
  /** The address below the pointer; null: there is none. */
  readonly onLink: (address: string | null) => void;
}

export interface AttachedScreen {
  focus(): void;
  /** The page's colours have changed. */
  recolour(): void;
  readAloud(on: boolean): void;
  dispose(): void;
}

export function attachScreen(input: AttachInput): AttachedScreen {
  const attached = new Attached(input);
  void attached.follow();
  return attached;
}

class Attached implements AttachedScreen {
  readonly #input: AttachInput;
  readonly #styles = createScreenStyles();
  readonly #fit = new FitAddon();
  readonly #leave = new AbortController();
  readonly #screen: Terminal;
  readonly #strokes: KeyStrokes;
  readonly #resized: ResizeObserver;
  #resizing: number | undefined;
  /** As the server has it; null: not known yet. */
  #size: Pick<TerminalState, "cols" | "rows"> | null = null;
  /** What was printed before is not answered. */
  #answersFrom = Number.POSITIVE_INFINITY;
  #printed = 0;
  #isEnded = false;

  constructor(input: AttachInput) {
    this.#input = input;
    const { host, workspaceId: workspace, terminalId: id, onError } = input;
    const screen = new Terminal(this.#look());
    this.#screen = screen;
    screen.loadAddon(this.#fit);
    this.#styles.collect(() => screen.open(host));
    screen.textarea?.setAttribute("aria-label", "Terminal input");
    guardScreen(screen, () => this.#mayAnswer());
    screen.attachCustomKeyEventHandler(createKeyFilter(screen));
    this.#strokes = new KeyStrokes({
      send: (text) => everturn.workspaces.typeInTerminal(workspace, { id, text }),
      onLost: (error) => (this.#isEnded ? undefined : onError(error)),
    });
    screen.onData((text) => {
      if (!this.#isEnded) this.#strokes.type(text);
    });
    this.#resized = new ResizeObserver(() => this.#planResize());
    this.#resized.observe(host);
  }

  #look() {
    const { host, readsAloud, onLink } = this.#input;
    return {
      theme: coloursOf(host),
      fontFamily: getComputedStyle(host).fontFamily,
      fontSize: fontPx,
      lineHeight: 1.2,
      scrollback: scrollbackLines,
      // Programs choose colours for a background that they do not know.
      minimumContrastRatio: 4.5,
      cursorBlink: false,
      screenReaderMode: readsAloud,
      allowProposedApi: false,
      linkHandler: {
        activate: (event: MouseEvent, address: string) => openLink(event, address),
        hover: (_event: MouseEvent, address: string) => onLink(address),
        leave: () => onLink(null),
      },
    };
  }

  #mayAnswer(): boolean {
    return this.#printed > this.#answersFrom && this.#input.host.contains(document.activeElement);
  }

  async follow(): Promise<void> {
    const { workspaceId, terminalId, onConnection, onError } = this.#input;
    const { signal } = this.#leave;
    try {
      const events = everturn.workspaces.terminalOutput(workspaceId, terminalId, { signal, onConnection });
      for await (const event of events) {
        if (event.type === "terminal") this.#take(event.data.terminal, event.data.output_end);
        else await this.#print(event.data);
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  }

  #take(terminal: TerminalState, outputEnd: number): void {
    const isFirst = this.#size === null;
    // Of a new connection; later states come while the output is live.
    if (isFirst || this.#printed < outputEnd) this.#answersFrom = outputEnd;
    this.#size = terminal;
    // The shell's lines are as long as another window has them, until this one has said otherwise.
    if (this.#resizing === undefined && terminal.status !== "closed")
      this.#screen.resize(terminal.cols, terminal.rows);
    if (isFirst) this.#planResize();
    if (terminal.status === "closed") this.#end();
    this.#input.onState(terminal);
  }

  /** Resolves when it is drawn: what the stream has next waits until then. */
  #print({ to, bytes, skipped }: { to: number; bytes: Uint8Array; skipped: number }): Promise<void> {
    this.#printed = to;
    if (skipped > 0) this.#screen.write(`\r\n\u001b[2m[… ${sizeWords(skipped)} left out …]\u001b[0m\r\n`);
    const drawn = Promise.withResolvers<void>();
    this.#screen.write(bytes, drawn.resolve);
    return drawn.promise;
  }

  #end(): void {
    this.#isEnded = true;
    this.#screen.options.disableStdin = true;
    this.#screen.options.cursorInactiveStyle = "none";
    this.#screen.blur();
  }

  #planResize(): void {
    window.clearTimeout(this.#resizing);
    this.#resizing = window.setTimeout(() => void this.#resize(), resizeAfterMs);
  }

  async #resize(): Promise<void> {
    this.#resizing = undefined;
    this.#fit.fit();
    const { cols, rows } = this.#screen;
    const isKnown = this.#size === null || (this.#size.cols === cols && this.#size.rows === rows);
    if (this.#isEnded || isKnown) return;
    const { workspaceId, terminalId: id, onError } = this.#input;
    try {
      await everturn.workspaces.resizeTerminal(workspaceId, { id, cols, rows });
    } catch (error) {
      if (!this.#isEnded && !this.#leave.signal.aborted) onError(error);
    }
  }

  focus(): void {
    this.#screen.focus();
    this.#input.host.scrollIntoView({ block: "nearest" });
  }

  recolour(): void {
    this.#screen.options.theme = coloursOf(this.#input.host);
  }

  readAloud(on: boolean): void {
    this.#screen.options.screenReaderMode = on;
  }

  dispose(): void {
    this.#leave.abort();
    window.clearTimeout(this.#resizing);
    this.#resized.disconnect();
    this.#screen.dispose();
    this.#styles.dispose();
  }
}

/** A click alone marks text; who holds the key has seen where the link leads. */
function openLink(event: MouseEvent, address: string): void {
  const safe = safeLink(address);
  if (safe !== null && (event.ctrlKey || event.metaKey)) window.open(safe, "_blank", "noopener,noreferrer");
}

function sizeWords(bytes: number): string {
  const kib = bytes / 1024;
  return kib < 1024 ? `${Math.max(1, Math.round(kib))} KiB` : `${Math.round(kib / 1024)} MiB`;
}
