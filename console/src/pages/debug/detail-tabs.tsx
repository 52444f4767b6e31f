// The parts of a step or an attempt, one at a time.
import { Fragment, type ReactNode, useState } from "react";
import { Tabs } from "../../ui/controls/tabs.tsx";

interface DetailTabsInput {
  readonly label: string;
  readonly tabs: readonly { readonly name: string; readonly label: string; readonly content: ReactNode }[];
}

export function DetailTabs({ label, tabs }: DetailTabsInput) {
  const [chosen, setChosen] = useState(tabs[0]?.name ?? "");
  return (
    <Tabs label={label} tabs={tabs} chosen={chosen} onChoose={setChosen}>
      <Fragment key={chosen}>{tabs.find(({ name }) => name === chosen)?.content}</Fragment>
    </Tabs>
  );
}
