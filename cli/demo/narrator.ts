// Prints the demo's story as plain lines, without colours or cursor movement, so that it reads the same on a terminal,
// in a pipe and in a log.

const LINE_CHARS_MAX = 100;
const LABEL_CHARS = 7;
const INDENT = " ".repeat(3);
const TEXT_INDENT = " ".repeat(INDENT.length + LABEL_CHARS);

export interface Narrator {
  title(words: string): void;
  /** A whole line from somebody: `You`, `Queue`, `Worker` … */
  line(label: string, words: string): void;
  /** The next piece of a line that grows as text arrives. */
  grow(label: string, delta: string): void;
}

export function createNarrator(write: (text: string) => void): Narrator {
  let growing: string | null = null;
  let column = 0;
  // Held back until a word follows on the same line, so that no line ends in spaces.
  let space = "";
  const start = (label: string) => {
    const head = `${INDENT}${label.padEnd(LABEL_CHARS)}`;
    write(head);
    column = head.length;
    space = "";
  };
  const wrap = () => {
    write("\n");
    column = 0;
    space = TEXT_INDENT;
  };
  const endLine = () => {
    if (growing !== null) write("\n");
    growing = null;
  };
  const isAtStart = () => column === 0 || column === TEXT_INDENT.length;
  const put = (text: string) => {
    for (const piece of text.split(/(\n| +)/)) {
      const isBlank = piece.trim() === "" && piece !== "\n";
      if (piece === "\n" || column + space.length + piece.length > LINE_CHARS_MAX) wrap();
      else if (isBlank && !isAtStart()) space += piece;
      if (piece === "\n" || isBlank) continue;
      write(space + piece);
      column += space.length + piece.length;
      space = "";
    }
  };
  return {
    title(words) {
      endLine();
      write(`\n${words}\n`);
    },
    line(label, words) {
      endLine();
      start(label);
      put(words);
      write("\n");
    },
    grow(label, delta) {
      if (growing !== label) {
        endLine();
        start(label);
        growing = label;
      }
      put(delta);
    },
  };
}
