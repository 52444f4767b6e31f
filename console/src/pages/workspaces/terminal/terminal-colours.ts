// The terminal's colours, from those of the page: light and dark.
import type { ITheme } from "@xterm/xterm";

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

/** @param host what the terminal is drawn in: the page's colours are read there */
export function coloursOf(host: HTMLElement): ITheme {
  const probe = document.createElement("span");
  host.append(probe);
  // Only a property that is a colour is computed; a custom one stays the words it is.
  const computed = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const text = computed("text");
  const surface = computed("surface-sunken");
  const theme: ITheme = {
    ...paletteOf(computed),
    foreground: text,
    background: surface,
    cursor: text,
    cursorAccent: surface,
    selectionBackground: translucent(computed("accent"), 0.3),
    scrollbarSliderBackground: translucent(text, 0.25),
    scrollbarSliderHoverBackground: translucent(text, 0.4),
    scrollbarSliderActiveBackground: translucent(text, 0.5),
  };
  probe.remove();
  return theme;
}

function paletteOf(computed: (token: string) => string): ITheme {
  const colours = NAMES.flatMap((name) => [
    [name, computed(`terminal-${name}`)],
    [`bright${name[0]?.toUpperCase()}${name.slice(1)}`, computed(`terminal-bright-${name}`)],
  ]);
  return Object.fromEntries(colours) as ITheme;
}

/** A computed colour with so much of it left. */
function translucent(colour: string, alpha: number): string {
  const parts = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const hex = [...parts, alpha * 255].map((part) => Math.round(part).toString(16).padStart(2, "0"));
  return `#${hex.join("")}`;
}
