// Names of the wire's shapes that pages show.
import type { Schemas } from "../../../../client/index.ts";

export type Workspace = Schemas["Workspace"];
export type WorkspaceFolder = Schemas["WorkspaceFolder"];
export type TemplateSummary = Schemas["TemplateSummary"];
export type DebugRun = Schemas["DebugRun"];
export type DebugRunWithSteps = Schemas["DebugRunWithSteps"];
export type DebugStep = DebugRunWithSteps["steps"][number];
export type DebugAttempt = DebugStep["attempts"][number];
export type ModelProvider = Schemas["ModelProvider"];
export type ModelConfig = Schemas["ModelConfig"];
export type McpServer = Schemas["McpServer"];
export type McpServerTest = Schemas["McpServerTest"];
export type Profile = Schemas["Profile"];
export type Project = Schemas["Project"];
export type User = Schemas["User"];
export type ApiKey = Schemas["ApiKey"];
export type AuditEntry = Schemas["AuditEntry"];
export type UsageReport = Schemas["UsageReport"];
export type Readiness = Schemas["Readiness"];
export type WorkerBuild = Schemas["WorkerBuilds"]["items"][number];
export type UserSettings = Schemas["UserSettingsOutput"];
export type DeploymentSettings = Schemas["DeploymentSettingsOutput"];
export type Session = Schemas["Session"];
export type UsageLimit = Schemas["UsageLimit"];
