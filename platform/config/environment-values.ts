// How the value of an environment variable is read: each parser says in its error what it expected.
import { isIP } from "node:net";
import { z } from "zod";

const SECRET_KEY_BYTES = 32;
// Node's timers take a signed 32-bit number of milliseconds; a larger one fires at once.
const TIMER_MAX_MS = 2_147_483_647;

export function wholeNumber(min: number, max: number) {
  const words = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, words)
    .transform(Number)
    .refine((value) => value >= min && value <= max, words);
}

export function milliseconds(min: number) {
  return wholeNumber(min, TIMER_MAX_MS);
}

const VISIBLE = /^[\x21-\x7e]*$/;
const VISIBLE_WORDS = "expected no spaces, line ends or characters other than visible ASCII";

/** A key is sent in a header, which allows nothing else: a line end copied by mistake would make every call fail. */
export function key() {
  return z.string().regex(VISIBLE, VISIBLE_WORDS);
}

export function webAddress() {
  return z
    .string()
    .regex(VISIBLE, VISIBLE_WORDS)
    .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), "expected an http or https URL");
}

export function choice<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, `expected one of: ${values.join(", ")}`);
}

export const postgresUrl = z
  .string(
    "is not set. Needed: a URL of Postgres 14 or newer, such as postgres://user:password@host:5432/name",
  )
  .refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text), "expected a postgres:// URL");

export const secretKey = z
  .string("is not set. Needed: 32 bytes as base64 (`openssl rand -base64 32`)")
  .transform((text) => Buffer.from(text, "base64"))
  .refine((key) => key.length === SECRET_KEY_BYTES, "expected 32 bytes as base64");

/** Temporal puts it behind a colon, and people type it. "unversioned" stands for workers without one. */
export const buildId = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,99}$/,
    "expected at most 100 letters, digits, dots, dashes and underscores, beginning with a letter or digit",
  )
  .refine((id) => id !== "unversioned", "is a name with a meaning of its own: choose another");

export const folders = z.string().transform((text) => text.split(":").filter((folder) => folder !== ""));
/** `10.0.0.0/8`, `::1`, or one of the names that Express knows. */
function isNetwork(text: string): boolean {
  if (["loopback", "linklocal", "uniquelocal"].includes(text)) return true;
  const [address = "", bits, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

export const networks = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== ""),
  )
  .refine(
    (all) => all.every(isNetwork),
    "expected addresses or networks such as 10.0.0.0/8, separated by commas",
  );
export const flag = choice(["0", "1"]).transform((value) => value === "1");
