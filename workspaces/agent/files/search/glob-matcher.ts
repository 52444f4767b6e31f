// Judges a path by a glob in the time that both are long: a path at a time goes through all the states that it can be in. Pure.

/** What a state takes the next byte for; null: it goes on without one. */
type Accepts = ((byte: number) => boolean) | null;

type Part =
  | { readonly type: "byte" | "bytes"; readonly accepts: NonNullable<Accepts> }
  /** No folder, or any number of them. */
  | { readonly type: "folders" }
  | { readonly type: "either"; readonly branches: readonly (readonly Part[])[] };

interface State {
  readonly accepts: Accepts;
  readonly next: number[];
}

const slash = 0x2f;
const any = () => true;
const inName = (byte: number) => byte !== slash;
const equals = (wanted: number) => (byte: number) => byte === wanted;

/**
 * Whether the path, relative and without a dot before it, matches an ignore rule as ripgrep reads it. A rule that ripgrep
 * refuses is matched somehow.
 */
export function globMatcher(rule: string): (path: Buffer) => boolean {
  const isAnchored = rule.includes("/");
  const glob = isAnchored ? rule.replace(/^\//, "") : `**/${rule}`;
  const states: State[] = [{ accepts: null, next: [] }];
  const first = addStates(states, new GlobParser(Buffer.from(glob).toString("latin1")).parse(), matched);
  return (path) => {
    let current = reached(states, [first]);
    for (const byte of path) {
      const next = [...current].filter((at) => states[at]?.accepts?.(byte) === true);
      if (next.length === 0) return false;
      current = reached(
        states,
        next.flatMap((at) => states[at]?.next ?? []),
      );
    }
    return current.has(matched);
  };
}

const matched = 0;

/** The states that are reached from these without another byte. */
function reached(states: readonly State[], from: readonly number[]): ReadonlySet<number> {
  const all = new Set(from);
  // A set is walked to its end, what is added meanwhile included.
  for (const at of all) {
    const state = states[at];
    if (state?.accepts === null) for (const next of state.next) all.add(next);
  }
  return all;
}

/** Adds the states of `parts`, after which comes `then`. The number of the first. */
function addStates(states: State[], parts: readonly Part[], then: number): number {
  const add = (accepts: Accepts, ...next: number[]) => states.push({ accepts, next }) - 1;
  const repeat = (accepts: Accepts, after: number) => {
    const loop = add(null, after);
    states[loop]?.next.push(add(accepts, loop));
    return loop;
  };
  return parts.reduceRight((after, part) => {
    switch (part.type) {
      case "byte":
        return add(part.accepts, after);
      case "bytes":
        return repeat(part.accepts, after);
      case "folders":
        return add(null, after, repeat(any, add(equals(slash), after)));
      case "either":
        return add(null, ...part.branches.map((branch) => addStates(states, branch, after)));
    }
  }, then);
}

class GlobParser {
  readonly #glob: string;
  #at = 0;

  /** One character per byte. */
  constructor(glob: string) {
    this.#glob = glob;
  }

  parse(): readonly Part[] {
    const parts: Part[] = [];
    while (this.#at < this.#glob.length) parts.push(...this.#sequence(false));
    return parts;
  }

  /** Up to the end or, within braces, to a comma or the closing brace. */
  #sequence(isInBraces: boolean): readonly Part[] {
    const parts: Part[] = [];
    while (this.#at < this.#glob.length) {
      const sign = this.#glob[this.#at] ?? "";
      if (isInBraces && (sign === "," || sign === "}")) break;
      parts.push(this.#part(sign));
    }
    return parts;
  }

  #part(sign: string): Part {
    this.#at += 1;
    if (sign === "*") return this.#star();
    if (sign === "?") return { type: "byte", accepts: inName };
    if (sign === "[") return this.#class();
    if (sign === "{") return this.#braces();
    const literal = sign === "\\" ? (this.#glob[this.#at++] ?? sign) : sign;
    return { type: "byte", accepts: equals(literal.charCodeAt(0)) };
  }

  /** Two stars that are a whole name stand for any number of folders; others for a part of a name. */
  #star(): Part {
    const before = this.#glob[this.#at - 2] ?? "/";
    const after = this.#glob[this.#at + 1] ?? "";
    if (this.#glob[this.#at] !== "*" || !"/,{".includes(before) || !"/,}".includes(after)) {
      return { type: "bytes", accepts: inName };
    }
    this.#at += after === "/" ? 2 : 1;
    return after === "/" ? { type: "folders" } : { type: "bytes", accepts: any };
  }

  /** In a class, nothing is escaped, and a bracket that comes first is a member. */
  #class(): Part {
    const [whole = "", sign = "", members = ""] =
      /^([!^]?)(\]?[^\]]*)\]?/.exec(this.#glob.slice(this.#at)) ?? [];
    this.#at += whole.length;
    const ranges = [...members.matchAll(/([^])-([^])|([^])/g)].map(([, from, to, one = ""]) =>
      [from ?? one, to ?? one].map((member) => member.charCodeAt(0)),
    );
    const isMember = (byte: number) => ranges.some(([from = 0, to = 0]) => byte >= from && byte <= to);
    return { type: "byte", accepts: (byte) => isMember(byte) !== (sign !== "") };
  }

  #braces(): Part {
    const branches: (readonly Part[])[] = [];
    do {
      branches.push(this.#sequence(true));
    } while (this.#glob[this.#at++] === ",");
    return { type: "either", branches };
  }
}
