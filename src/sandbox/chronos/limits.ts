/** Bounds of chronos (reference 14), and what keeps hostile input cheap. */
export const chronosLimits = {
  /** com.openexchange.calendar.maxEventResults. */
  results: 1000,
  attendees: 1000,
  alarms: 100,
  attachmentBytes: 10_485_760,
  conflicts: 100,
  conflictsPerSeries: 5,
  attendeesPerConflict: 5,
  occurrencesChecked: 1000,
  /** Occurrences of one series that are looked at. */
  occurrences: 20_000,
} as const;

/** Widths of the table's columns, in UTF-16 units, as far as known. */
export const eventTexts = [
  { name: 'summary', column: 200, maximum: 255 },
  { name: 'location', column: 400, maximum: 255 },
  { name: 'description', column: 203, maximum: 65_535 },
  { name: 'color', column: 102, maximum: 32 },
  { name: 'url', maximum: 767 },
  { name: 'filename', maximum: 255 },
  { name: 'uid', column: 223, maximum: 767 },
] as const;
