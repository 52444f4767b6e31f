// An answer that was to be JSON of a schema: what it says, or why it could not be used.
import type { Message } from "../../../../core/chat/message.ts";
import { shownText } from "../markdown/shown-text.ts";
import { JsonTree } from "../tools/json-tree.tsx";
import styles from "./messages.module.css";

export default function StructuredAnswer({ message }: { readonly message: Message }) {
  const { structured_output: output, structured_output_error: error } = message;
  return (
    <>
      {output !== undefined && output !== null && (
        <section className={styles.structured} aria-label="Structured answer">
          <JsonTree value={output} />
        </section>
      )}
      {error !== undefined && <Misfit error={error} />}
    </>
  );
}

const misfitsShownMax = 5;

/** Why there is no JSON that could be used, and at which places. */
function Misfit({ error }: { readonly error: NonNullable<Message["structured_output_error"]> }) {
  const { message, errors = [] } = error;
  return (
    <div className={styles.endNote}>
      <p>{shownText(message)}</p>
      {errors.length > 0 && (
        <ul>
          {errors.slice(0, misfitsShownMax).map((fault) => (
            <li key={`${fault.path} ${fault.message}`}>
              {fault.path === "" ? "" : `${shownText(fault.path)}: `}
              {shownText(fault.message)}
            </li>
          ))}
          {errors.length > misfitsShownMax && <li>{errors.length - misfitsShownMax} more</li>}
        </ul>
      )}
    </div>
  );
}
