import type { Core } from '../core.ts';
import type { Person } from '../people/person.ts';

export function fillSampleMailbox(_core: Core, _person: Person): void {}
