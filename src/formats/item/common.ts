import { PidLid, PidName, PidTag, Ptyp } from '../../mapi/index.ts';
import { kept, keptTexts } from './kept.ts';
import { type Note, noteRule } from './note.ts';
import { type FieldRule, numberRule, textRule, textsRule } from './rules.ts';

/** PidTagSensitivity, MS-OXCMSG 2.2.1.13; normal is absent. */
export type Sensitivity = 'personal' | 'private' | 'confidential';

/** What contacts, lists and tasks have alike. */
export interface CommonFields {
  note?: Note;
  /** In the user's order. */
  categories?: string[];
  sensitivity?: Sensitivity;
  /** The identity that calendars and address books on the internet know the item by. */
  uid?: string;
  /** Colour label of Open-Xchange, 1 to 10. */
  colorLabel?: number;
  /** Properties of a vCard or iCalendar object that nothing here stands for, as unfolded lines. */
  extra?: string[];
}

const sensitivities = ['personal', 'private', 'confidential'] as const;

const sensitivityRule: FieldRule<object, Sensitivity> = {
  properties: [PidTag.Sensitivity, PidLid.Private],
  read: (from) =>
    from.boolean(PidLid.Private) === true ? 'private' : sensitivities[(from.number(PidTag.Sensitivity) ?? 0) - 1],
  write: (to, value) => {
    to.set(PidTag.Sensitivity, value ? sensitivities.indexOf(value) + 1 : 0);
    to.set(PidLid.Private, value === 'private');
  },
};

export const commonRules = {
  note: noteRule,
  categories: textsRule(PidName.Keywords),
  sensitivity: sensitivityRule,
  uid: textRule(kept('Uid')),
  colorLabel: numberRule(kept('ColorLabel', Ptyp.Integer32)),
  extra: textsRule(keptTexts('Extra')),
};
