// The limits of templates, each with its reason. Operators write templates: the limits turn a mistake (a data set below files/, a build
// script in the YAML) into an error message instead of a slow server.

/** Models choose badly among more, and a folder with more is probably not a folder of templates. */
export const templatesMax = 200;
export const templateYamlBytesMax = 64 * 1024;
/** It goes into a tool's result as a whole, and those are cut at 64 KiB. */
export const readmeBytesMax = 32 * 1024;
/** These files are copied at each build. Build commands can download larger things. */
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
/** If an idle workspace can be kept for a month, `never` is as good. */
export const ttlMaxMs = 30 * 24 * 3_600_000;
/** A shorter time would stop a workspace between two steps of a turn. */
export const ttlMinMs = 1_000;
/** Faults shown for one template. The first few are enough to repair it. */
export const faultsPerTemplateMax = 20;
/** How long an answer is kept before the folder is read again. A busy turn asks often, an editor saves rarely. */
export const shelfFreshMs = 1_000;
