// The terminal that a person sits at: keys in, text out.
import { emitKeypressEvents } from "node:readline";
import type { Key } from "../input/editor.ts";
import { wantsColours } from "../text/style.ts";

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  readonly hasColours: boolean;
  /** When it becomes narrower, lines that are too wide go on in the next row; others cut them off. */
  readonly breaksLines: boolean;
  write(text: string): void;
  /** One listener; null ends it. */
  onKey(listener: ((key: Key) => void) | null): void;
  onResize(listener: (() => void) | null): void;
  /** Gives the terminal to another program while `run` lasts. */
  lend<T>(run: () => T): T;
  /** Leaves it as it was found. */
  close(): void;
}

const PASTE_ON = "\u001b[?2004h";
const PASTE_OFF = "\u001b[?2004l";
const columnsDefault = 80;
const rowsDefault = 24;

export function openTerminal(): Terminal {
  const { stdin, stdout } = process;
  let onKey: ((key: Key) => void) | null = null;
  let onResize: (() => void) | null = null;
  emitKeypressEvents(stdin);
  const begin = () => {
    stdin.setRawMode(true);
    stdin.resume();
    stdout.write(PASTE_ON);
  };
  const leave = () => {
    stdout.write(PASTE_OFF);
    stdin.setRawMode(false);
    stdin.pause();
  };
  stdin.on("keypress", (text: string | undefined, { name, ctrl, meta }: Key) => {
    onKey?.({ name, ctrl, meta, text });
  });
  stdout.on("resize", () => onResize?.());
  begin();
  return {
    get columns() {
      return stdout.columns || columnsDefault;
    },
    get rows() {
      return stdout.rows || rowsDefault;
    },
    hasColours: wantsColours(process.env, stdout.isTTY),
    breaksLines: breaksLines(process.env),
    write: (text) => void stdout.write(text),
    onKey(listener) {
      onKey = listener;
    },
    onResize(listener) {
      onResize = listener;
    },
    lend(run) {
      leave();
      try {
        return run();
      } finally {
        begin();
      }
    },
    close: leave,
  };
}

/** Almost all do. Those that do not are known by what they set; tmux does, wherever it runs. */
function breaksLines(env: NodeJS.ProcessEnv): boolean {
  if (env["TMUX"] !== undefined) return true;
  return env["XTERM_VERSION"] === undefined && env["STY"] === undefined && env["TERM"] !== "linux";
}
