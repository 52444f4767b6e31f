// Parses `template.yaml` so that every fault names its line, including those that the schema finds later.
import { isNode, LineCounter, parseDocument } from "yaml";

export interface YamlFault {
  /** Such as `parameters[0].type`; empty means the whole file. */
  readonly path: string;
  readonly message: string;
}

export type ReadYaml =
  | {
      readonly ok: true;
      readonly value: unknown;
      faultAt(path: readonly PropertyKey[], message: string): YamlFault;
    }
  | { readonly ok: false; readonly faults: readonly YamlFault[] };

/** How often aliases may be expanded: enough for shared snippets, too little for an attack. */
const aliasesMax = 100;

/** `["parameters", 0, "type"]` → `parameters[0].type`. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, at) => (typeof key === "number" ? `[${key}]` : `${at > 0 ? "." : ""}${String(key)}`))
    .join("");
}

function faultAtLine(lines: LineCounter, offset: number, fault: YamlFault): YamlFault {
  return { path: fault.path, message: `line ${lines.linePos(offset).line}: ${fault.message}` };
}

/** Parses YAML 1.2. Repeated keys, unknown tags and several documents in one file are faults. */
export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    const faults = problems.map(({ pos, message }) => faultAtLine(lines, pos[0], { path: "", message }));
    return { ok: false, faults };
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: aliasesMax });
    return {
      ok: true,
      value,
      faultAt(path, message) {
        const fault = { path: pathText(path), message };
        const offset = offsetOf(document, path);
        return offset === null ? fault : faultAtLine(lines, offset, fault);
      },
    };
  } catch (error) {
    return { ok: false, faults: [{ path: "", message: (error as Error).message }] };
  }
}

/** The position of a path in the text, or of its nearest parent if the field is missing. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number | null {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range != null) return node.range[0];
  }
  return null;
}
