import type { Core } from '../core.ts';
import type { Person } from '../people/person.ts';
import type { Session } from '../session/sessions.ts';
import type { Answer } from './answer.ts';
import type { RequestBody } from './body.ts';
import type { Parameters } from './parameters.ts';

/** A request with a valid session. */
export interface ActionRequest {
  readonly method: string;
  readonly module: string;
  readonly action: string;
  /** What follows the module in the path, without slashes at the ends: `folder/tasks` of /config/folder/tasks. */
  readonly path: string;
  readonly person: Person;
  readonly session: Session;
  readonly parameters: Parameters;
  readonly body: RequestBody;
}

/** Carries out one action. Throws OxError. What it changes is one transaction (see write.ts). */
export type Action = (core: Core, request: ActionRequest) => Answer | Promise<Answer>;
