// Dev holds the embedded stack: one line per step of the start, ticked when done, with its time.

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 80;

export interface Screen {
  write(text: string): void;
  readonly isTTY: boolean;
}

export interface Progress {
  /** Runs a step; its line ends with a tick and the time it took, or with a cross. Steps may run side by side. */
  step<Result>(words: string, work: (note: (words: string) => void) => Promise<Result>): Promise<Result>;
  /** A line by itself. */
  line(words: string): void;
}

interface OpenStep {
  words: string;
  readonly startedAtMs: number;
}

/** Progress on a terminal redraws its open lines; elsewhere each finished step is one plain line. */
export function createProgress(
  screen: Screen,
  env: NodeJS.ProcessEnv,
  nowMs: () => number = Date.now,
): Progress {
  const paint = painter(screen.isTTY && !env["NO_COLOR"]);
  const open = new Set<OpenStep>();
  let drawn = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  const erase = () => {
    if (drawn > 0) screen.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const draw = () => {
    if (!screen.isTTY) return;
    const spin = SPINNER[frame % SPINNER.length] ?? "";
    for (const step of open) screen.write(`  ${paint("cyan", spin)} ${step.words}\n`);
    drawn = open.size;
  };
  const redraw = () => {
    frame += 1;
    erase();
    draw();
  };
  const print = (text: string) => {
    erase();
    screen.write(`${text}\n`);
    draw();
  };
  const close = (step: OpenStep, mark: string) => {
    open.delete(step);
    print(`  ${mark} ${step.words} ${paint("dim", seconds(nowMs() - step.startedAtMs))}`);
    if (open.size === 0) clearInterval(timer);
  };

  return {
    line: print,
    async step(words, work) {
      const step: OpenStep = { words, startedAtMs: nowMs() };
      if (open.size === 0 && screen.isTTY) timer = setInterval(redraw, FRAME_MS);
      open.add(step);
      redraw();
      try {
        const result = await work((note) => {
          step.words = `${words}: ${note}`;
          if (screen.isTTY) redraw();
          else screen.write(`  … ${step.words}\n`);
        });
        close(step, paint("green", "✔"));
        return result;
      } catch (error) {
        close(step, paint("red", "✘"));
        throw error;
      }
    },
  };
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}

const CODES = { green: 32, red: 31, cyan: 36, dim: 2 } as const;

function painter(isColoured: boolean) {
  return (colour: keyof typeof CODES, text: string) =>
    isColoured ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}
