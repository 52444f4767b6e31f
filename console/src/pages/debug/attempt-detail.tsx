// An HTTP call as it went over the wire: address, headers, bodies.
import { Section } from "../parts/page.tsx";
import type { DebugAttempt } from "../parts/wire.ts";
import { Data, TextData } from "./data-view.tsx";
import styles from "./debug.module.css";
import { DetailTabs } from "./detail-tabs.tsx";

interface AttemptDetailInput {
  readonly step: number;
  readonly attempt: DebugAttempt;
}

export function AttemptDetail({ step, attempt }: AttemptDetailInput) {
  const { method, url, response_status, error } = attempt;
  const tabs = [
    {
      name: "request",
      label: "Request",
      content: <TextData text={attempt.request_body} name="request body" />,
    },
    {
      name: "response",
      label: "Response",
      content: <TextData text={attempt.response_body} name="response body" />,
    },
    {
      name: "request-headers",
      label: "Request headers",
      content: <Data value={attempt.request_headers} name="request headers" />,
    },
    {
      name: "response-headers",
      label: "Response headers",
      content: <Data value={attempt.response_headers} name="response headers" />,
    },
  ];
  return (
    <Section title={`Step ${step}, HTTP call ${attempt.number}`}>
      <p className={styles.wire}>
        {method} {url}
        {response_status === null ? null : <strong> → {response_status}</strong>}
      </p>
      {error === null ? null : <p className={styles.error}>{error}</p>}
      <DetailTabs label={`HTTP call ${attempt.number}`} tabs={tabs} />
    </Section>
  );
}
