/** Bounds of every reader of foreign formats, in one place. Each says why it has its value. */
export const formatLimits = {
  /** Bytes of one value held in memory; beyond it a value is read piece by piece (docs: nothing over 1 MiB is held). */
  heldValue: 1 << 20,
  /** Bytes of small attachments held for one message; further ones stay ranges of their source. */
  heldTotal: 8 << 20,
  /** Bytes read from a source at a time. */
  chunk: 64 << 10,
  /** Bytes of one header block; the largest seen in real mail (ARC, DKIM, spam reports) is about 200 KB. */
  headerBlock: 1 << 20,
  /** Fields of one header block. */
  headerFields: 20_000,
  /** Parts of one message; what follows belongs to the last one. Digests of mailing lists reach a few hundred. */
  parts: 2_000,
  /** Multiparts inside multiparts; deeper ones stay whole, as an attachment. */
  partDepth: 200,
  /** Messages inside messages that are opened; deeper ones stay whole, as an attachment. */
  messageDepth: 16,
  /** RFC 2046 5.1.1 allows 70; some writers exceed it. */
  boundaryLength: 250,
  /** Addresses of one header field list. */
  addresses: 10_000,
  /** Characters of one header value that is decoded as addresses or encoded words. */
  headerValue: 512 << 10,
  /** Characters of a subject; Exchange keeps 255, and the header of the mail has all of it. */
  subject: 2_000,
  /** Characters of HTML that are laid out as text; the layout is slow, larger ones lose only their tags. */
  htmlLayout: 1 << 20,
  /**
   * Elements inside elements of HTML that is laid out: each tag costs the layout as much as it is deep, and below 200 it
   * shows nothing. Years of answers inside answers reach a few hundred.
   */
  htmlDepth: 1_000,
  /** Bytes of RTF after decompression. */
  rtf: 64 << 20,
  /** Groups inside groups of RTF. */
  rtfDepth: 2_000,
  /** Rules of one time zone; Windows knows zones with some tens, one for each year. */
  timeZoneRules: 1_024,
  /** Characters of a time zone's name; Windows' registry allows 255. */
  timeZoneName: 255,
  /** Years for which rules of a zone are written out for a series without an end. */
  timeZoneYears: 30,
  /** Bytes of a recurrence: a thousand exceptions with long texts come to half of it. */
  recurrenceBlob: 4 << 20,
  /** Characters of a subject or location in a recurrence; lengths there have 16 bits and count bytes. */
  recurrenceText: 0x7ffe,
  /** Characters of an iCalendar text that are read; the largest calendars that people export have some megabytes. */
  icalText: 64 << 20,
  /** Components of one iCalendar text: 10,000 events with alarms and more. */
  icalComponents: 100_000,
  /** Components inside components; the standard needs three. */
  icalDepth: 16,
  /** Zones of one iCalendar text that are recognised by their rules; real ones name one or two. */
  icalZones: 50,
  /** Lines of a VTIMEZONE that is recognised by its rules; a century of changes, each by itself, has some hundred. */
  icalZoneLines: 2_000,
  /** Bytes of an attachment that stands in an iCalendar text. */
  icalAttachment: 16 << 20,
  /** Minutes from a reminder to its start: ten years. */
  reminderMinutes: 5_256_000,
  /** Days, weeks or months between occurrences; Outlook's dialogs allow 999. */
  recurrenceInterval: 36_500,
  /** Steps that the expansion of one series takes at most: every day for 100 years. */
  occurrences: 36_600,
  /** Cards in one vCard file: exports of whole address books reach some ten thousand. */
  vcards: 100_000,
  /** Properties of one vCard. */
  vcardProperties: 10_000,
  /** Bytes of one unfolded line of a vCard: a photo in base64. */
  vcardLine: 16 << 20,
  /** Bytes of a contact's photo: Open-Xchange takes 4 MiB. */
  photo: 8 << 20,
} as const;
