// Where the caller stands against a usage limit.
import { everturn } from "../../state/everturn.ts";
import { costWords } from "../../ui/words.ts";
import { useLoad } from "../parts/use-load.ts";
import type { UsageLimit } from "../parts/wire.ts";
import styles from "./usage.module.css";

export function MyLimit() {
  const me = useLoad((signal) => everturn.me.get({ signal }), "me");
  return me.data === null ? null : <LimitWords limit={me.data.usage_limit} />;
}

function LimitWords({ limit }: { readonly limit: UsageLimit }) {
  const { limit_micros, period, spent_micros, resets_at } = limit;
  if (limit_micros === null) return null;
  const spent = spent_micros ?? 0;
  const part = limit_micros === 0 ? 1 : Math.min(1, spent / limit_micros);
  const until = resets_at === null ? "" : ` It begins anew on ${new Date(resets_at).toLocaleString()}.`;
  return (
    <div>
      <p>
        You have spent {costWords(spent)} of {costWords(limit_micros)} this {period}.{until}
        {part >= 1 ? " No model is called for you until then." : ""}
      </p>
      <meter
        className={styles.meter}
        min={0}
        max={1}
        high={0.8}
        value={part}
        aria-label="Spent of your limit"
      />
    </div>
  );
}
