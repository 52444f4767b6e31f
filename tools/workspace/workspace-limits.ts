// Tools: every cap of the tools around a workspace's life, unit last, each with its reason.

/** Templates of one list; among more a model chooses by query. */
export const templatesListedMax = 50;
/** Bytes of a description in a list: the list of all must stay below a tool result's limit. */
export const templateDescriptionShownBytes = 400;
/** Faults that an answer names; the operator's log and the API have all. */
export const templateFaultsShownMax = 5;
export const queryCharsMax = 200;
/** Longer than any folder's name may be. */
export const templateNameCharsMax = 255;
/** A longer one is no name; shorter ones are mended (SPEC W2). */
export const workspaceNameCharsMax = 200;
/** As templates allow for a text parameter. */
export const parameterValueCharsMax = 4_096;
