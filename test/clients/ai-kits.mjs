// Tests: the AI SDK's own packages, three majors side by side, and what React needs to run their hooks without a browser.
// Their types come from the file beside this one: the packages' own would bring three versions of theirs into the check.
import * as ai5 from "ai-5";
import * as ai500 from "ai-5.0.0";
import * as ai5060 from "ai-5.0.60";
import * as ai5091 from "ai-5.0.91";
import * as ai6 from "ai-6";
import * as ai7 from "ai-7";
import * as react5 from "ai-react-5";
import * as react500 from "ai-react-5.0.0";
import * as react5060 from "ai-react-5.0.60";
import * as react5091 from "ai-react-5.0.91";
import * as react6 from "ai-react-6";
import * as react7 from "ai-react-7";

function kit(ai, { Chat, useChat }) {
  const { DefaultChatTransport, readUIMessageStream } = ai;
  const complete = [
    ai.lastAssistantMessageIsCompleteWithToolCalls,
    ai.lastAssistantMessageIsCompleteWithApprovalResponses,
  ].filter((judge) => judge !== undefined);
  return { DefaultChatTransport, readUIMessageStream, Chat, useChat, complete };
}

export const kits = {
  5: kit(ai5, react5),
  6: kit(ai6, react6),
  7: kit(ai7, react7),
  "5.0.0": kit(ai500, react500),
  "5.0.60": kit(ai5060, react5060),
  "5.0.91": kit(ai5091, react5091),
};
