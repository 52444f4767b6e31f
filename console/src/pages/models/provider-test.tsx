// Tests a provider with a tiny call, and says in words what came of it.
import { useCallback } from "react";
import { everturn } from "../../state/everturn.ts";
import { Button } from "../../ui/controls/button.tsx";
import { Shown } from "../parts/page.tsx";
import { StateWords } from "../parts/rows.tsx";
import { spanWords } from "../parts/span-words.ts";
import { useLoad } from "../parts/use-load.ts";

export function ProviderTest({ providerId }: { readonly providerId: string }) {
  // It may cost a few tokens, so it is never made twice by itself.
  const call = useCallback(
    (signal: AbortSignal) => everturn.modelProviders.test(providerId, {}, { signal, retriesMax: 0 }),
    [providerId],
  );
  const test = useLoad(call, providerId);
  return (
    <div role="status" aria-busy={test.loading}>
      <Shown of={test} loading="Calling the model…">
        {({ ok, message, detail, latency_ms }) => (
          <>
            <p>
              <StateWords tone={ok ? "good" : "bad"}>
                {message} ({spanWords(latency_ms)})
              </StateWords>
            </p>
            {detail === undefined ? null : <p>The provider said: {detail}</p>}
            <Button size="small" disabled={test.loading} onClick={() => void test.reload()}>
              Test again
            </Button>
          </>
        )}
      </Shown>
    </div>
  );
}
