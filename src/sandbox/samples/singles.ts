import { day, outsiders, type Single } from './script.ts';

const newsletter = 'Werkstattbrief <brief@werkstattbrief.example>';
const shop = 'Büroladen <service@bueroladen.example>';
const tracker = 'Issue Tracker <noreply@tracker.example>';

const topics = [
  'Holz richtig lagern',
  'Neue Normen für Werkbänke',
  'Fünf Fragen an eine Böttcherin',
  'Tools we like: the drawknife',
  'Leim: heiß oder kalt?',
  'Messekalender',
  'Öle und Wachse im Vergleich',
  'Sharpening without a jig',
];

const tickets = [
  'Export leaves out umlauts',
  'Calendar shows Sunday twice',
  'Print preview is empty',
  'Slow search',
  'Login page: contrast',
];

/** Days for which the file server's nightly mails were kept: an inbox that nobody tidies is larger than one screen. */
const nights = 210;

/** The file server's nightly report; now and then something went wrong. */
function nightlyReport(night: number): Single {
  const failed = night % 37 === 5;
  const files = 1200 + ((night * 7919) % 900);
  return {
    folder: 'INBOX',
    from: 'Dateiserver <backup@oxbow.test>',
    subject: failed
      ? `Nightly backup FAILED (${night} nights ago): volume full`
      : `Nightly backup finished: ${files} files`,
    hoursAgo: night * day + 3,
    text: failed
      ? 'The backup stopped: volume /srv/backup is full.\nNext attempt tomorrow at 03:00.'
      : `Files copied: ${files}\nFiles unchanged: ${88_000 + night}\nDuration: ${11 + (night % 9)} minutes\nErrors: 0`,
    unread: failed && night < 40,
  };
}

/** What everybody has besides: newsletters, orders, drafts, rubbish. `name` is the first name. */
export function singles(name: string, shift: number): Single[] {
  return [
    ...Array.from({ length: nights }, (_, night) => nightlyReport(night + 1)),
    ...topics.map((topic, index): Single => {
      const number = 30 + index;
      return {
        folder: 'INBOX/Newsletter',
        from: newsletter,
        subject: `Werkstattbrief ${number}: ${topic}`,
        hoursAgo: (80 - index * 10) * day + shift,
        unread: index > 5,
        text: `Guten Tag ${name},\n\nThema dieser Ausgabe: ${topic}.\n\nAbmelden: https://werkstattbrief.example/ab`,
        html: `<h1>Werkstattbrief ${number}</h1><p>Guten Tag ${name},</p><p>Thema dieser Ausgabe: <em>${topic}</em>.</p><p style="color:#888">Abmelden: <a href="https://werkstattbrief.example/ab">hier</a></p>`,
        headers: {
          'List-Id': '<brief.werkstattbrief.example>',
          'List-Unsubscribe': '<https://werkstattbrief.example/ab>',
        },
      };
    }),
    ...tickets.map(
      (title, index): Single => ({
        folder: 'INBOX',
        from: tracker,
        subject: `[#${410 + index}] ${title}`,
        hoursAgo: (50 - index * 9) * day + shift,
        color: index === 1 ? 8 : undefined,
        text: `The ticket "${title}" was assigned to you.\n\nhttps://tracker.example/${410 + index}`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      }),
    ),
    {
      folder: 'INBOX',
      from: shop,
      subject: 'Ihre Bestellung 88-1042 ist unterwegs',
      hoursAgo: 12 * day + shift,
      text: `Hallo ${name},\n\nIhr Paket (2 × Ordner, 1 × Locher) kommt voraussichtlich übermorgen.\n\nBüroladen`,
    },
    {
      folder: 'INBOX',
      from: outsiders.travel,
      subject: 'Fahrkarten Köln–Hamburg',
      hoursAgo: 6 * day + shift,
      flagged: true,
      text: `Guten Tag ${name},\n\nHinfahrt Mo 07:53 ab Köln Hbf, Wagen 24, Platz 61.\nRückfahrt Di 18:46 ab Hamburg Hbf.\n\nGute Reise!`,
    },
    {
      folder: 'INBOX',
      from: 'Hausverwaltung Nordlicht <info@nordlicht.example>',
      subject: 'Wasser wird am Mittwoch abgestellt',
      hoursAgo: 30 + shift,
      unread: true,
      text: 'Am Mittwoch wird von 9 bis 11 Uhr das Wasser abgestellt. Wir bitten um Verständnis.',
    },
    {
      folder: 'Sent',
      from: 'me',
      to: [outsiders.travel],
      subject: 'Reise nach Hamburg',
      hoursAgo: 7 * day + shift,
      text: `Guten Tag,\n\nbitte buchen Sie für Montag hin und Dienstag zurück, Ruhebereich.\n\n${name}`,
    },
    {
      folder: 'Drafts',
      from: 'me',
      to: [outsiders.emily],
      subject: 'Visit in spring',
      hoursAgo: 3 * day + shift,
      draft: true,
      text: 'Dear Emily,\n\nwe would like to come and see the site in',
    },
    {
      folder: 'Drafts',
      from: 'me',
      to: [],
      subject: 'Urlaubsvertretung',
      hoursAgo: 20 + shift,
      draft: true,
      text: 'Liebe Kolleginnen und Kollegen,\n\nich bin vom ',
    },
    {
      folder: 'Trash',
      from: shop,
      subject: 'Nur heute: 15 % auf Stehordner',
      hoursAgo: 15 * day + shift,
      text: 'Nur heute und nur solange der Vorrat reicht.',
    },
    {
      folder: 'Trash',
      from: tracker,
      subject: '[#398] Closed: typo in footer',
      hoursAgo: 45 * day + shift,
      text: 'The ticket was closed.',
    },
    {
      folder: 'Spam',
      from: 'Prize Centre <winner@prizes.example>',
      subject: 'You have been chosen!!!',
      hoursAgo: 10 * day + shift,
      unread: true,
      text: 'Send us your bank details to claim your prize.',
      headers: { 'X-Spam-Flag': 'YES' },
    },
    {
      folder: 'Spam',
      from: 'Dr. Schlank <dr@schlank.example>',
      subject: 'Abnehmen im Schlaf',
      hoursAgo: 2 * day + shift,
      unread: true,
      text: 'Nur eine Pille am Tag.',
      headers: { 'X-Spam-Flag': 'YES' },
    },
  ];
}
