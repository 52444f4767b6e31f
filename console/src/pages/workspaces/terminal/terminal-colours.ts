// The terminal's colours, from those of the page: light and dark.
import type { ITheme } from "@xterm/xterm";

const LIGHT: ITheme = {
  black: "#1c1c1a",
  red: "#b3261e",
  green: "#1d6b3c",
  yellow: "#8a5300",
  blue: "#2458c5",
  magenta: "#8a3fa0",
  cyan: "#0f6b78",
  white: "#5d5d58",
  brightBlack: "#6e6e69",
  brightRed: "#c9372c",
  brightGreen: "#2a7d4a",
  brightYellow: "#96600c",
  brightBlue: "#3566d6",
  brightMagenta: "#9a50b0",
  brightCyan: "#1c7886",
  brightWhite: "#1c1c1a",
};

const DARK: ITheme = {
  black: "#2e3034",
  red: "#f2958d",
  green: "#7ccb98",
  yellow: "#e0ac5a",
  blue: "#86aefc",
  magenta: "#d3a4e6",
  cyan: "#76c7d4",
  white: "#d6d6d3",
  brightBlack: "#8b8e94",
  brightRed: "#f7b0aa",
  brightGreen: "#9bdab2",
  brightYellow: "#ecc485",
  brightBlue: "#a5c3fd",
  brightMagenta: "#e0bfee",
  brightCyan: "#98d7e1",
  brightWhite: "#ffffff",
};

/** @param host what the terminal is drawn in: its style sheet gives it the page's colours */
export function coloursOf(host: HTMLElement): ITheme {
  const { color, backgroundColor, outlineColor } = getComputedStyle(host);
  const [red = 0, green = 0, blue = 0] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
  const isDark = red + green + blue < 3 * 128;
  return {
    ...(isDark ? DARK : LIGHT),
    foreground: color,
    background: backgroundColor,
    cursor: color,
    cursorAccent: backgroundColor,
    selectionBackground: withAlpha(outlineColor, 0.3),
    scrollbarSliderBackground: withAlpha(color, 0.25),
    scrollbarSliderHoverBackground: withAlpha(color, 0.4),
    scrollbarSliderActiveBackground: withAlpha(color, 0.5),
  };
}

/** Computed colours are `rgb(…)`. */
function withAlpha(colour: string, alpha: number): string {
  return colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}
