// Names a browser by what it says of itself.
import { shownText } from "../../chat/markdown/shown-text.ts";

/** Most browsers name others, too, so that old pages take them for these: the first that fits is the browser itself. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\//, "Firefox"],
  [/Chrome\/|\bCriOS\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];
const shownCharsMax = 80;

export function browserWords(agent: string | null): string {
  if (agent === null || agent === "") return "Unknown browser";
  const browser = BROWSERS.find(([sign]) => sign.test(agent))?.[1];
  const system = SYSTEMS.find(([sign]) => sign.test(agent))?.[1];
  if (browser === undefined) return shownText(agent.slice(0, shownCharsMax));
  return system === undefined ? browser : `${browser} on ${system}`;
}
