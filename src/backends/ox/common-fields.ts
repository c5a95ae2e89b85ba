import type { CommonFields, Sensitivity } from '../../formats/index.ts';
import { type OxField, oxNumber, oxText, textColumn } from './item-fields.ts';

/**
 * Categories are one text with commas between them. A comma inside a name becomes U+201A, which looks the same, and back.
 */
const lookalike = '\u201a';

const categoriesField: OxField<object, string[]> = {
  columns: ['categories'],
  read: (row) => {
    const names = (oxText(row.categories) ?? '')
      .split(',')
      .map((name) => name.trim().replaceAll(lookalike, ','))
      .filter((name) => name !== '');
    return names.length > 0 ? names : undefined;
  },
  write: (names) => ({ categories: names.map((name) => name.replaceAll(',', lookalike)).join(',') }),
};

const sensitivityField: OxField<object, Sensitivity> = {
  columns: ['private_flag'],
  partly: 'only private; personal and confidential look like normal',
  read: (row) => (row.private_flag === true ? 'private' : undefined),
  write: (value) => (value === 'private' ? { private_flag: true } : {}),
  complete: (theirs, ours) => theirs ?? (ours === 'private' ? undefined : ours),
};

/** The text of an item in the column that its module has for it. */
export const noteField: OxField<object, NonNullable<CommonFields['note']>> = {
  columns: ['note'],
  partly: 'plain text alone; the formatting stays as long as the text does',
  read: (row) => {
    const text = oxText(row.note)?.trimEnd();
    return text ? { text } : undefined;
  },
  write: ({ text }) => ({ note: text }),
  complete: (theirs, ours) => (theirs?.text === ours?.text || (!theirs && ours?.text === '') ? ours : theirs),
};

export const commonFields = {
  note: noteField,
  categories: categoriesField,
  sensitivity: sensitivityField,
  uid: textColumn('uid'),
  colorLabel: {
    columns: ['color_label'],
    read: (row) => oxNumber(row.color_label) || undefined,
    write: (value) => ({ color_label: value }),
  } satisfies OxField<object, number>,
  extra: { kept: 'properties of vCards that no column stands for' },
};
