// The API speaks HTTP and the store; this file: input is validated by schemas, and each fault is named by its path.
import type { z } from "zod";
import { Refusal, type RefusalCode } from "../core/refusal.ts";

/** Faults shown at most: past that a body is garbage, and listing it all helps nobody. */
const ERRORS_SHOWN_MAX = 50;

interface Fault {
  readonly path: string;
  readonly message: string;
}

/**
 * The parsed value. Throws `Refusal` with `code` and the path of every fault.
 * @param code `invalid_request` unless the fault means something else (an id that cannot exist is simply not found)
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  code: RefusalCode = "invalid_request",
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  if (code !== "invalid_request") throw new Refusal(code);
  const faults = faultsOf(parsed.error.issues, []);
  const [first] = faults;
  const detail = first === undefined ? undefined : `${first.path || "body"}: ${first.message}`;
  throw new Refusal(code, detail, faults.slice(0, ERRORS_SHOWN_MAX));
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

function faultsOf(issues: readonly Issue[], base: Path): Fault[] {
  return issues.flatMap((issue): Fault[] => {
    const path = [...base, ...issue.path];
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => ({ path: pathText([...path, key]), message: "unknown field" }));
      case "invalid_union": {
        const branch = closestBranch(issue.errors);
        return branch === null ? [{ path: pathText(path), message: issue.message }] : faultsOf(branch, path);
      }
      default:
        return [{ path: pathText(path), message: issue.message }];
    }
  });
}

/** The branch of a union that was meant: the one that does not already fail on the kind of value. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const meant = branches.filter(
    (issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === "invalid_type"),
  );
  return meant.length === 1 ? (meant[0] as readonly Issue[]) : null;
}

/** `["content", 0, "text"]` as people write it: `content[0].text`. */
function pathText(path: Path): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i === 0 ? "" : "."}${String(step)}`))
    .join("");
}
