// What a provider's servers have taught: requests that they want in another form.
import { everturn } from "../../state/everturn.ts";
import { agoWords } from "../../ui/words.ts";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { Shown } from "../parts/page.tsx";
import { Row, Rows } from "../parts/rows.tsx";
import { useLoad } from "../parts/use-load.ts";

export function ProviderQuirks({ providerId }: { readonly providerId: string }) {
  const quirks = useLoad((signal) => everturn.modelProviders.quirks(providerId, { signal }), providerId);
  const forget = (query: { readonly model: string; readonly quirk: string }) => async () => {
    await everturn.modelProviders.forgetQuirks(providerId, query);
    await quirks.reload();
  };
  return (
    <Shown of={quirks}>
      {({ items }) =>
        items.length === 0 ? (
          <p>
            Nothing yet. When a server refuses the form of a request, Everturn asks once more in another form
            and remembers what helped.
          </p>
        ) : (
          <Rows label="Quirks">
            {items.map(({ model, quirk, about, words, learnt_at }) => (
              <Row
                key={`${model} ${quirk}`}
                title={`${model}: ${quirk}`}
                state={`learnt ${agoWords(learnt_at, Date.now())}`}
                about={
                  <>
                    {about}
                    {words === null ? null : ` The server had said: “${words}”`}
                  </>
                }
                actions={
                  <ConfirmButton
                    label="Forget"
                    name={quirk}
                    question={`Forget ${quirk} of ${model}?`}
                    confirm="Forget it"
                    act={forget({ model, quirk })}
                  >
                    <p>If the server still wants it so, it is learnt again at the next call.</p>
                  </ConfirmButton>
                }
              />
            ))}
          </Rows>
        )
      }
    </Shown>
  );
}
