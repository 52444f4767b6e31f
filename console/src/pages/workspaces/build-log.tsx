// The log of a build, with the colours of its programs, kept at its end while it grows.
import { useMemo } from "react";
import { OutputView } from "../../chat/tools/output-view.tsx";
import { countWords } from "../../ui/words.ts";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { StateWords } from "../parts/rows.tsx";
import { type BuildLogState, useBuildLog } from "./use-build-log.ts";

interface BuildLogInput {
  readonly workspaceId: string;
  readonly buildId: string;
  readonly onEnd: () => Promise<void>;
}

export function BuildLog(input: BuildLogInput) {
  const { lines, leftOut, end, error, retry } = useBuildLog(input);
  const text = useMemo(() => lines.join("\n"), [lines]);
  return (
    <>
      <p role="status">
        <LogState end={end} />
      </p>
      {error === null ? null : <ProblemNotice error={error} onRetry={retry} />}
      {leftOut === 0 ? null : <p>{countWords(leftOut)} earlier lines are left out.</p>}
      <OutputView text={text} live={end === null} />
    </>
  );
}

function LogState({ end }: Pick<BuildLogState, "end">) {
  if (end === null) return <StateWords tone="busy">The build is running</StateWords>;
  if (end.status === "succeeded") return <StateWords tone="good">The build succeeded</StateWords>;
  const why = end.error === null ? "" : `: ${end.error}`;
  const how = end.status === "failed" ? "failed" : "was cancelled";
  return <StateWords tone="bad">{`The build ${how}${why}`}</StateWords>;
}
