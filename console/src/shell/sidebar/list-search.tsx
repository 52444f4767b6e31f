// Narrows the list down: by words, and by what kind of chats it shows.
import { MixerHorizontalIcon } from "@radix-ui/react-icons";
import { useFeed } from "../../state/feed.ts";
import { IconButton } from "../../ui/controls/button.tsx";
import { Menu, MenuChoice, MenuHeading, MenuLine } from "../../ui/layers/menu.tsx";
import { type ListFilter, labelsOf, SHOWN, type Shown } from "./arrange-chats.ts";
import styles from "./list-search.module.css";

const LABELS_MAX = 40;

interface ListSearchProps {
  readonly filter: ListFilter;
  readonly onChange: (filter: ListFilter) => void;
}

export function ListSearch({ filter, onChange }: ListSearchProps) {
  const isNarrowed = filter.show !== "all" || filter.label !== null;
  const label = filter.label === null ? "" : ` · ${filter.label}`;
  return (
    <div className={styles.search}>
      <input
        type="search"
        className={styles.field}
        aria-label="Search chats"
        placeholder="Search chats"
        value={filter.words}
        onChange={(event) => onChange({ ...filter, words: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === "Escape" && filter.words !== "") onChange({ ...filter, words: "" });
        }}
      />
      <Menu
        trigger={
          <IconButton
            label={`Show: ${SHOWN[filter.show]}${label}`}
            className={isNarrowed ? styles.on : undefined}
          >
            <MixerHorizontalIcon />
          </IconButton>
        }
      >
        <FilterChoices filter={filter} onChange={onChange} />
      </Menu>
      {isNarrowed && (
        <button
          type="button"
          className={styles.shown}
          onClick={() => onChange({ ...filter, show: "all", label: null })}
        >
          {SHOWN[filter.show]}
          {label} <span aria-hidden="true">×</span>
          <span className="visually-hidden">: show all chats</span>
        </button>
      )}
    </div>
  );
}

function FilterChoices({ filter, onChange }: ListSearchProps) {
  const { chats } = useFeed();
  const labels = labelsOf(chats).slice(0, LABELS_MAX);
  return (
    <>
      {(Object.entries(SHOWN) as [Shown, string][]).map(([show, words]) => (
        <MenuChoice key={show} checked={filter.show === show} onChange={() => onChange({ ...filter, show })}>
          {words}
        </MenuChoice>
      ))}
      {labels.length > 0 && (
        <>
          <MenuLine />
          <MenuHeading>Labels</MenuHeading>
          {labels.map((label) => (
            <MenuChoice
              key={label}
              checked={filter.label === label}
              onChange={(isChosen) => onChange({ ...filter, label: isChosen ? label : null })}
            >
              {label}
            </MenuChoice>
          ))}
        </>
      )}
    </>
  );
}
