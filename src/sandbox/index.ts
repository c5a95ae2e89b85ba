export type { Change } from './events.ts';
export type { Fault, FaultEffect, FaultMatch, Faults } from './faults.ts';
export { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
export { checkTenant, parseTenant, readTenant, TenantError, trialTenant } from './tenant/read.ts';
export type { TenantFile } from './tenant/schema.ts';
export type { MailCount, Outgoing, SandboxTools } from './tools.ts';
