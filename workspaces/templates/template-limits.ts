// Workspaces: every cap of templates, unit last, each with its reason. Templates are written by the operator: the caps turn
// a slip (a data set below files/, a build script pasted into the yaml) into words instead of a slow server.

/** A model that is to choose among more chooses badly, and a folder of more is not a folder of templates. */
export const templatesMax = 200;
export const templateYamlBytesMax = 64 * 1024;
/** It goes into a tool's result whole, and those are cut at 64 KiB. */
export const readmeBytesMax = 32 * 1024;
/** What a workspace begins with is copied at each build; larger things are fetched by build commands. */
export const templateFilesMax = 2_000;
export const templateFilesBytesMax = 64 * 1024 * 1024;
/** Links followed and folders entered below files/. */
export const templateFoldersDeepMax = 32;
export const titleCharsMax = 100;
export const descriptionCharsMax = 2_000;
export const parametersMax = 50;
export const choicesMax = 100;
export const buildCommandsMax = 50;
export const commandCharsMax = 16 * 1024;
export const environmentMax = 100;
export const environmentValueCharsMax = 4_096;
/** An idle workspace that costs nothing to keep for a month may as well say `never`. */
export const ttlMaxMs = 30 * 24 * 3_600_000;
/** Shorter would stop a workspace between two steps of a turn's pause. */
export const ttlMinMs = 1_000;
/** Faults told of one template; the first few are enough to mend the rest. */
export const faultsPerTemplateMax = 20;
/** How old an answer may be before the folder is read again: a busy turn asks often, an editor saves rarely. */
export const shelfFreshMs = 1_000;
