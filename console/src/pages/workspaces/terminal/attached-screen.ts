// A terminal on the page: xterm, joined to a terminal of a workspace. Loaded only when somebody looks at one.
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import type { Connection, TerminalEvent, Terminal as TerminalState } from "../../../../../client/index.ts";
import { everturn } from "../../../state/everturn.ts";
import { terminalRest } from "../../../state/rest.ts";
import { KeyStrokes } from "./key-strokes.ts";
import { guardScreen, safeLink } from "./screen-guard.ts";
import { isFilled, ScreenSize } from "./screen-size.ts";
import { createScreenStyles } from "./screen-styles.ts";
import { coloursOf } from "./terminal-colours.ts";
import { createKeyFilter } from "./terminal-keys.ts";

/** Of what has scrolled away; the server keeps less. */
const scrollbackLines = 5_000;
const fontPx = 13;

export interface AttachInput {
  readonly host: HTMLElement;
  readonly workspaceId: string;
  readonly terminalId: string;
  readonly readsAloud: boolean;
  readonly onState: (terminal: TerminalState) => void;
  readonly onConnection: (connection: Connection) => void;
  /** What was typed, or a size, could not be sent; or the stream was refused. Null: what is typed is taken (again). */
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

type Printed = Extract<TerminalEvent, { type: "output" }>["data"];

class Attached implements AttachedScreen {
  readonly #input: AttachInput;
  readonly #styles = createScreenStyles();
  readonly #leave = new AbortController();
  readonly #screen: Terminal;
  readonly #strokes: KeyStrokes;
  readonly #size: ScreenSize;
  /** What was printed before is not answered. */
  #answersFrom = Number.POSITIVE_INFINITY;
  /** Where what was kept ends, if a program that fills the screen must draw it anew. */
  #redrawAt = Number.POSITIVE_INFINITY;
  #printed = 0;
  #isEnded = false;

  constructor(input: AttachInput) {
    this.#input = input;
    const { host, workspaceId: workspace, terminalId: id, onError } = input;
    const screen = new Terminal(this.#look());
    this.#screen = screen;
    this.#styles.collect(() => screen.open(host));
    screen.textarea?.setAttribute("aria-label", "Terminal input");
    guardScreen(screen, () => this.#mayAnswer());
    screen.attachCustomKeyEventHandler(createKeyFilter(screen));
    this.#strokes = new KeyStrokes({
      send: (text) => everturn.workspaces.typeInTerminal(workspace, { id, text }).then(() => onError(null)),
      onLost: (error) => (this.#isEnded ? undefined : onError(error)),
    });
    screen.onData((text) => {
      if (!this.#isEnded) this.#strokes.type(text);
    });
    this.#size = new ScreenSize({
      host,
      screen,
      send: (size) => everturn.workspaces.resizeTerminal(workspace, { id, ...size }),
      onError,
    });
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
      const options = { signal, onConnection, rest: terminalRest };
      const events = everturn.workspaces.terminalOutput(workspaceId, terminalId, options);
      for await (const event of events) {
        if (event.type === "terminal") this.#take(event.data.terminal, event.data.output_end);
        else await this.#print(event.data);
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  }

  #take(terminal: TerminalState, outputEnd: number): void {
    const isFirst = this.#answersFrom === Number.POSITIVE_INFINITY;
    // Of a new connection; later states come while the output is live.
    if (isFirst || this.#printed < outputEnd) this.#answersFrom = outputEnd;
    if (isFirst) this.#redrawAt = outputEnd;
    if (terminal.status === "closed") this.#end();
    this.#size.take(terminal);
    this.#input.onState(terminal);
  }

  /** Resolves when it is drawn: what the stream has next waits until then. */
  async #print({ to, bytes, skipped, modes }: Printed): Promise<void> {
    if (skipped > 0) await this.#markGap(skipped, modes);
    this.#printed = to;
    await this.#draw(bytes);
    if (to >= this.#redrawAt) {
      this.#redrawAt = Number.POSITIVE_INFINITY;
      void this.#size.redraw();
    } else this.#size.heard();
  }

  async #markGap(skipped: number, modes: string): Promise<void> {
    if (modes !== "") await this.#draw(modes);
    // A line of ours would stand in the middle of what the program shows.
    if (!isFilled(this.#screen))
      await this.#draw(`\r\n\u001b[2m[… ${sizeWords(skipped)} left out …]\u001b[0m\r\n`);
    else if (this.#printed < this.#answersFrom) this.#redrawAt = this.#answersFrom;
  }

  #draw(output: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#screen.write(output, resolve));
  }

  #end(): void {
    this.#isEnded = true;
    this.#size.end();
    this.#screen.options.disableStdin = true;
    this.#screen.options.cursorInactiveStyle = "none";
    this.#screen.blur();
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
    this.#size.dispose();
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
