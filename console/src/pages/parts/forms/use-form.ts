// The state of a form: its values, what the server says about each field, and whether it is being sent.
import { type FormEvent, useCallback, useRef, useState } from "react";
import { faultsOf } from "./field-faults.ts";

export interface Form<Values extends object> {
  readonly values: Values;
  /** What is wrong with a field, by its path, as the server or the form's own check names it. */
  readonly faults: Readonly<Record<string, string>>;
  /** An error that belongs to no field of this form. */
  readonly error: unknown;
  readonly busy: boolean;
  /** How often it was sent in vain: each time the first field that is wrong gets the focus. */
  readonly refusals: number;
  readonly set: <Name extends keyof Values>(name: Name, value: Values[Name]) => void;
  /** Forgets what was typed, and begins with these values. */
  readonly reset: (values: Values) => void;
  readonly onSubmit: (event: FormEvent) => void;
}

export interface FormInput<Values extends object> {
  readonly initial: Values;
  /** What the form itself finds wrong before anything is sent, by field. */
  readonly check?: (values: Values) => Readonly<Record<string, string>>;
  /** The server's paths, where they differ from the names of the fields. */
  readonly fieldOf?: (path: string) => string;
  readonly send: (values: Values) => Promise<void>;
}

interface Outcome {
  readonly refusals: number;
  readonly faults: Readonly<Record<string, string>>;
  readonly error: unknown;
  readonly busy: boolean;
}

const AT_REST: Outcome = { faults: {}, error: null, busy: false, refusals: 0 };

export function useForm<Values extends object>(input: FormInput<Values>): Form<Values> {
  const [values, setValues] = useState(input.initial);
  const [outcome, setOutcome] = useState<Outcome>(AT_REST);
  const newest = useRef(input);
  newest.current = input;

  const set = useCallback(<Name extends keyof Values>(name: Name, value: Values[Name]) => {
    setValues((before) => ({ ...before, [name]: value }));
    setOutcome((before) => ({ ...before, faults: without(before.faults, String(name)) }));
  }, []);
  const reset = useCallback((next: Values) => {
    setValues(next);
    setOutcome(AT_REST);
  }, []);

  const onSubmit = useCallback(
    (event: FormEvent) => {
      event.preventDefault();
      void submit(newest.current, values, setOutcome);
    },
    [values],
  );
  return { values, ...outcome, set, reset, onSubmit };
}

async function submit<Values extends object>(
  input: FormInput<Values>,
  values: Values,
  show: (change: (before: Outcome) => Outcome) => void,
): Promise<void> {
  const refuse = (told: Pick<Outcome, "faults" | "error">) =>
    show(({ refusals }) => ({ ...told, busy: false, refusals: refusals + 1 }));
  const found = input.check?.(values) ?? {};
  if (Object.keys(found).length > 0) return refuse({ faults: found, error: null });
  show((before) => ({ ...before, faults: {}, error: null, busy: true }));
  try {
    await input.send(values);
    show((before) => ({ ...before, busy: false }));
  } catch (error) {
    refuse(faultsOf(error, Object.keys(values), input.fieldOf));
  }
}

function without(faults: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  const kept = Object.entries(faults).filter(([path]) => path !== name && !path.startsWith(`${name}.`));
  return Object.fromEntries(kept);
}
