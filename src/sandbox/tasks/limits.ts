/** Widths of the table's columns, in UTF-16 units, as far as known. */
export const taskTexts = [
  { name: 'title', column: 200, maximum: 256 },
  { name: 'note', column: 203, maximum: 65_535 },
  { name: 'categories', column: 100, maximum: 255 },
  { name: 'actual_duration', column: 303, maximum: 255 },
  { name: 'target_duration', column: 308, maximum: 255 },
  { name: 'billing_information', column: 305, maximum: 255 },
  { name: 'companies', column: 314, maximum: 255 },
  { name: 'currency', column: 312, maximum: 10 },
  { name: 'trip_meter', column: 313, maximum: 255 },
] as const;

/** Costs go from minus to plus this. */
export const mostCosts = 9_999_999_999.99;

/** A recurring task that finds no next date within so many steps has come to its end. */
export const recurrenceSteps = 10_000;
