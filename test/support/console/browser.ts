// Tests: one browser for all files of a lane, since starting one takes longer than most tests run.
import { type Browser, chromium } from "playwright-core";

const ARGUMENTS = [
  // Containers run as root and have a small /dev/shm.
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  // Nothing goes out but what the page asks for.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let running: Promise<Browser> | undefined;

/** The lane's browser. It ends with the lane. */
export async function laneBrowser(): Promise<Browser> {
  const executablePath = process.env["EVERTURN_TEST_CHROMIUM"];
  if (executablePath === undefined)
    throw new Error("There is no browser: tests of the console run by `npm test`, which finds one.");
  running ??= launchChromium(executablePath);
  const browser = await running;
  if (browser.isConnected()) return browser;
  // It died in a test before.
  running = launchChromium(executablePath);
  return running;
}

/** One that the caller closes. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}
