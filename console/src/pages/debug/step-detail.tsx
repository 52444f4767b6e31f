// A step: the request as the provider's adapter was given it, and the answer as it was read.
import { Section } from "../parts/page.tsx";
import type { DebugStep } from "../parts/wire.ts";
import { Data } from "./data-view.tsx";
import { DetailTabs } from "./detail-tabs.tsx";

export function StepDetail({ step }: { readonly step: DebugStep }) {
  const tabs = [
    { name: "request", label: "Request", content: <Data value={step.request} name="request" /> },
    { name: "response", label: "Response", content: <Data value={step.response} name="response" /> },
    { name: "usage", label: "Usage", content: <Data value={step.usage} name="usage" /> },
    ...(step.error === null
      ? []
      : [{ name: "error", label: "Error", content: <Data value={step.error} name="error" /> }]),
    ...(step.metadata === null
      ? []
      : [{ name: "more", label: "More", content: <Data value={step.metadata} name="metadata" /> }]),
  ];
  return (
    <Section title={`Step ${step.number}: ${step.operation}`}>
      <DetailTabs label={`Step ${step.number}`} tabs={tabs} />
    </Section>
  );
}
