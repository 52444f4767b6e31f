// Small pickers at the foot of the composer: model, effort, plan mode, and what a new chat is made with.
import { type Catalog, EFFORTS } from "./catalog.ts";
import styles from "./composer.module.css";

interface PickerProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
}

export function Picker({ label, value, options, onChange, disabled = false }: PickerProps) {
  return (
    <select
      className={styles.picker}
      aria-label={label}
      data-tooltip={label}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

interface ModelPickerProps {
  readonly catalog: Catalog | null;
  /** Empty: the default. */
  readonly value: string;
  readonly onChange: (id: string) => void;
}

export function ModelPicker({ catalog, value, onChange }: ModelPickerProps) {
  const models = catalog?.models ?? [];
  const usual = models.find((model) => model.is_default);
  const options = models.map((model) => ({ value: model.id, label: model.name }));
  const shown = value === "" ? (usual?.id ?? "") : value;
  const isGone = shown !== "" && !models.some((model) => model.id === shown);
  const own =
    isGone || shown === "" ? [{ value: shown, label: catalog === null ? "Model" : "Default model" }] : [];
  return <Picker label="Model" value={shown} options={[...own, ...options]} onChange={onChange} />;
}

interface EffortPickerProps {
  /** Empty: the model's own. */
  readonly value: string;
  readonly onChange: (effort: string) => void;
}

const EFFORT_WORDS: Readonly<Record<string, string>> = {
  none: "No thinking",
  minimal: "Minimal effort",
  low: "Low effort",
  medium: "Medium effort",
  high: "High effort",
  xhigh: "Very high effort",
  max: "Most effort",
};

export function EffortPicker({ value, onChange }: EffortPickerProps) {
  const options = [
    { value: "", label: "Effort" },
    ...EFFORTS.map((effort) => ({ value: effort, label: EFFORT_WORDS[effort] ?? effort })),
  ];
  return <Picker label="How much the model thinks" value={value} options={options} onChange={onChange} />;
}

interface PlanSwitchProps {
  readonly isOn: boolean;
  readonly disabled: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export function PlanSwitch({ isOn, disabled, onChange }: PlanSwitchProps) {
  return (
    <button
      type="button"
      className={styles.switch}
      aria-pressed={isOn}
      disabled={disabled}
      data-tooltip="The agent plans first, and changes nothing before you approve"
      onClick={() => onChange(!isOn)}
    >
      Plan
    </button>
  );
}
