// Says in plain words what a schema objects to: what it expected, and where.
import type { z } from "zod";
import { type Fault, faultsShownMax, type Path, pathText } from "./check-input.ts";

type Issue = z.core.$ZodIssue;
type UnionIssue = Extract<Issue, { readonly code: "invalid_union" }>;

/** Each kind of value as people call it. */
const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
  tuple: "a list",
};
const FORMATS: Readonly<Record<string, string>> = {
  uuid: "expected a UUID",
  date: "expected a date, such as 2026-01-31",
  datetime: "expected a time in UTC, such as 2026-01-31T12:00:00Z",
  email: "expected an email address, such as ada@example.com",
  safeint: "expected a whole number",
};

/** At most 50 faults of what was validated with `reportInput`. */
export function faultsOf(issues: readonly Issue[], base: Path = []): Fault[] {
  const faults: Fault[] = [];
  for (const issue of issues) {
    if (faults.length >= faultsShownMax) break;
    faults.push(...faultsOfIssue(issue, [...base, ...issue.path]));
  }
  return faults.slice(0, faultsShownMax);
}

function faultsOfIssue(issue: Issue, path: Path): Fault[] {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ path: pathText([...path, key]), message: "unknown field" }));
    case "invalid_union":
      return faultsOfUnion(issue, path);
    case "invalid_key":
      return faultsOf(issue.issues.map((each) => ({ ...each, path: [] }))).map(({ message }) => ({
        path: pathText(path),
        message: `the name: ${message}`,
      }));
    default:
      return [{ path: pathText(path), message: wordsOf(issue) }];
  }
}

/** Reports the branch that was probably meant: the first that accepts this kind of value. */
function faultsOfUnion(issue: UnionIssue, path: Path): Fault[] {
  if ("options" in issue && issue.options !== undefined) {
    return [{ path: pathText(path), message: oneOf(issue.options) }];
  }
  const branches = issue.errors;
  const meant = branches.filter((issues) => !issues.some(isOfKind));
  const [first, ...others] = meant;
  if (first !== undefined && (others.length === 0 || !meant.every(isOneFaultOfAll)))
    return faultsOf(first, path);
  const ways = meant.length > 0 ? meant : branches;
  const words = ways.flatMap((issues) => issues.filter(({ path: at }) => at.length === 0).map(expectedOf));
  return [
    { path: pathText(path), message: `${missing(issue.input)}expected ${[...new Set(words)].join(" or ")}` },
  ];
}

function isOfKind({ path, code }: Issue): boolean {
  return path.length === 0 && code === "invalid_type";
}

function isOneFaultOfAll(issues: readonly Issue[]): boolean {
  return issues.length === 1 && issues[0]?.path.length === 0;
}

function expectedOf(issue: Issue): string {
  if (issue.code === "invalid_union")
    return issue.errors.flatMap((each) => each.map(expectedOf)).join(" or ");
  const words = issue.code === "invalid_type" ? kind(issue.expected) : wordsOf(issue);
  return words.replace(/^expected /, "");
}

function wordsOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `${missing(issue.input)}expected ${kind(issue.expected)}`;
    case "invalid_value":
      return `${missing(issue.input)}${oneOf(issue.values)}`;
    case "too_big":
      return `must ${bound(issue.origin, "at most", Number(issue.maximum))}`;
    case "too_small":
      return Number(issue.minimum) === 1 && issue.origin !== "number"
        ? "must not be empty"
        : `must ${bound(issue.origin, issue.inclusive === false ? "more than" : "at least", Number(issue.minimum))}`;
    case "invalid_format":
      return FORMATS[issue.format] ?? issue.message;
    default:
      return issue.message;
  }
}

function missing(input: unknown): string {
  return input === undefined ? "is needed: " : "";
}

function kind(expected: string): string {
  return KINDS[expected] ?? expected;
}

function oneOf(values: readonly unknown[]): string {
  const shown = values.map(String).join(", ");
  return values.length === 1 ? `expected ${shown}` : `expected one of: ${shown}`;
}

function bound(origin: string, how: string, count: number): string {
  switch (origin) {
    case "string":
      return `have ${how} ${count} characters`;
    case "array":
      return `have ${how} ${count} items`;
    default:
      return `be ${how} ${count}`;
  }
}
