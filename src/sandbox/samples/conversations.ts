import { stripesPng, textPdf } from './files.ts';
import { type Conversation, day, outsiders } from './script.ts';

const logo = stripesPng(120, 48, [0x7a4a1e, 0xc98b4b, 0xf2e3c9]);
const chart = stripesPng(240, 120, [0x2a6f97, 0x61a5c2, 0xa9d6e5, 0x2a6f97]);

/** What three colleagues write to each other and to people outside. */
export const conversations: readonly Conversation[] = [
  {
    subject: 'Angebot für die Broschüre',
    folder: 'INBOX/Projects/Broschüre',
    lines: [
      {
        from: 0,
        to: [outsiders.petra],
        cc: [1],
        hoursAgo: 88 * day,
        text: 'Liebe Frau Löffler,\n\nwir möchten 2.000 Broschüren drucken lassen, 16 Seiten, Format A5 quer, Recyclingpapier.\nKönnten Sie uns bis Freitag ein Angebot schicken?\n\nHerzliche Grüße\nAnna Bergström',
      },
      {
        from: outsiders.petra,
        to: [0],
        cc: [1],
        hoursAgo: 86 * day,
        color: 3,
        text: 'Guten Tag Frau Bergström,\n\ngern! Das Angebot liegt bei. Bei 2.500 Stück wird das einzelne Heft noch einmal 4 Cent günstiger.\n\nMit freundlichen Grüßen\nPetra Löffler',
        files: [
          {
            name: 'Angebot Broschüre.pdf',
            type: 'application/pdf',
            content: textPdf(['Druckhaus Süd', '', '2.000 Stueck A5 quer, 16 Seiten', 'Gesamt: 1.940,00 EUR']),
          },
        ],
      },
      {
        from: 1,
        to: [0],
        hoursAgo: 85 * day,
        text: '2.500 bitte, die Messe im Herbst braucht auch welche.\n\nBen',
      },
      {
        from: 0,
        to: [outsiders.petra],
        cc: [1],
        hoursAgo: 84 * day,
        text: 'Liebe Frau Löffler,\n\nwir nehmen 2.500 Stück. Die Druckdaten kommen nächste Woche.\n\nAnna Bergström',
      },
    ],
  },
  {
    subject: 'Site plan for the harbour project',
    folder: 'INBOX/Projects/Harbour',
    lines: [
      {
        from: outsiders.emily,
        to: [1, 2],
        hoursAgo: 61 * day,
        text: 'Hello both,\n\nthe city has moved the crane track by two metres, so the site plan needs another round. Sketch attached.\n\nBest,\nEmily',
        html: '<p>Hello both,</p><p>the city has moved the crane track by <b>two metres</b>, so the site plan needs another round.</p><p><img src="cid:sketch@harbourworks.example" width="240" height="120" alt="sketch"></p><p>Best,<br>Emily</p>',
        files: [{ name: 'sketch.png', type: 'image/png', content: chart, cid: 'sketch@harbourworks.example' }],
      },
      {
        from: 2,
        to: [outsiders.emily],
        cc: [1],
        hoursAgo: 60 * day,
        text: 'Hi Emily,\n\nthanks. Two metres is fine for us, but then the cable duct has to move as well. I will draw it.\n\nCarla',
      },
      {
        from: outsiders.emily,
        to: [2],
        cc: [1],
        hoursAgo: 59.5 * day,
        flagged: true,
        text: 'Perfect. Please keep the old duct in the drawing, dashed, so that the builders see what changed.\n\nEmily',
      },
      {
        from: 2,
        to: [outsiders.emily, 1],
        hoursAgo: 57 * day,
        text: 'Here it is.\n\nCarla',
        files: [
          {
            name: 'site-plan-v4.pdf',
            type: 'application/pdf',
            content: textPdf(['Site plan, version 4', 'Scale 1:200']),
          },
          {
            name: 'changes.txt',
            type: 'text/plain; charset=utf-8',
            content: Buffer.from('v4: duct moved 2 m north\r\n'),
          },
        ],
      },
    ],
  },
  {
    subject: 'Mittagessen am Donnerstag?',
    lines: [
      {
        from: 1,
        to: [0, 2],
        hoursAgo: 40 * day,
        text: 'Der neue Vietnamese in der Hafenstraße hat auf. 12:30 Uhr?\n\nBen',
      },
      { from: 2, to: [1], cc: [0], hoursAgo: 40 * day - 1, text: 'Bin dabei! 🍜' },
      { from: 0, to: [1, 2], hoursAgo: 40 * day - 2, text: 'Ich komme zehn Minuten später, fangt ruhig an.' },
    ],
  },
  {
    subject: 'Quarterly figures Q3',
    folder: 'INBOX/Projects',
    lines: [
      {
        from: 2,
        to: [0, 1],
        hoursAgo: 33 * day,
        priority: 1,
        color: 1,
        text: 'Hi,\n\nthe figures for the third quarter are in the attached table. Revenue is up 7 %, travel costs are down.\n\nPlease look at the row "Harbour" before Monday.\n\nCarla',
        files: [
          {
            name: 'q3.csv',
            type: 'text/csv; charset=utf-8',
            content: Buffer.from(
              'Project;Revenue;Cost\r\nHarbour;182000;141500\r\nBroschüre;12000;7940\r\nStadtwerke;95400;61200\r\n',
            ),
          },
          { name: 'chart.png', type: 'image/png', content: chart },
        ],
      },
      {
        from: 0,
        to: [2],
        cc: [1],
        hoursAgo: 32 * day,
        text: 'Danke! In der Zeile Harbour fehlt die zweite Abschlagsrechnung, sonst stimmt alles.\n\nAnna',
      },
      { from: 2, to: [0], cc: [1], hoursAgo: 31.5 * day, text: 'Stimmt, ist ergänzt. Danke fürs Lesen!' },
    ],
  },
  {
    subject: 'Störung Heizung 2. OG',
    lines: [
      {
        from: 0,
        to: [outsiders.martin],
        hoursAgo: 22 * day,
        priority: 1,
        text: 'Sehr geehrter Herr Vogt,\n\nim 2. Obergeschoss ist es seit heute früh kalt (16 °C). Wann könnte jemand kommen?\n\nAnna Bergström',
      },
      {
        from: outsiders.martin,
        to: [0],
        hoursAgo: 21.8 * day,
        text: 'Guten Tag,\n\nunser Monteur kommt heute zwischen 14 und 16 Uhr. Bitte sorgen Sie dafür, dass der Heizungskeller offen ist.\n\nMartin Vogt',
      },
      {
        from: 0,
        to: [1, 2],
        hoursAgo: 21.7 * day,
        forward: true,
        text: 'Zur Info – bis dahin bitte Pullover anziehen.\n\nAnna',
      },
    ],
  },
  {
    subject: 'Sample shipment to Osaka',
    folder: 'INBOX/Projects/Osaka',
    lines: [
      {
        from: outsiders.kenji,
        to: [1],
        hoursAgo: 18 * day,
        text: 'Dear Ben-san,\n\n見本をありがとうございます。 The samples arrived in good condition. Two boxes had no label; could you tell us which is which?\n\nKenji Tanaka\n西商事',
      },
      {
        from: 1,
        to: [outsiders.kenji],
        cc: [0],
        hoursAgo: 17 * day,
        text: 'Dear Tanaka-san,\n\nthe smaller box is type B (ash), the larger one type D (beech). Sorry for that.\n\nBen Hartmann',
      },
      {
        from: outsiders.kenji,
        to: [1],
        cc: [0],
        hoursAgo: 16.5 * day,
        color: 2,
        text: 'Understood, thank you very much.\n\nKenji Tanaka',
      },
    ],
  },
  {
    subject: 'Neues Logo: zwei Entwürfe',
    lines: [
      {
        from: 2,
        to: [0, 1],
        hoursAgo: 9 * day,
        text: 'Hallo zusammen,\n\nhier der zweite Entwurf. Mir gefällt das Braun besser als das Blau.\n\nCarla',
        html: '<div style="font-family:sans-serif"><p>Hallo zusammen,</p><p>hier der zweite Entwurf:</p><p><img src="cid:logo@oxbow.test" width="120" height="48" alt="Logo"></p><ul><li>Farbe: <span style="color:#7a4a1e">Braun</span></li><li>Schrift: wie bisher</li></ul><p>Mir gefällt das Braun besser als das Blau.</p><p>Carla</p></div>',
        files: [{ name: 'logo.png', type: 'image/png', content: logo, cid: 'logo@oxbow.test' }],
      },
      { from: 1, to: [2], cc: [0], hoursAgo: 8.8 * day, text: 'Braun. Eindeutig.\n\nBen' },
      {
        from: 0,
        to: [2],
        cc: [1],
        hoursAgo: 8.5 * day,
        text: 'Auch Braun – aber bitte etwas mehr Abstand unten.\n\nAnna',
      },
    ],
  },
  {
    subject: 'Workshop agenda',
    lines: [
      {
        from: 1,
        to: [0, 2],
        hoursAgo: 4 * day,
        flagged: true,
        text: '1. Rückblick (Anna)\n2. Harbour: offene Punkte (Carla)\n3. Was lassen wir weg? (alle)\n\nErgänzungen bitte bis morgen.\n\nBen',
      },
      { from: 2, to: [1], cc: [0], hoursAgo: 3.5 * day, text: 'Bitte noch: 4. Urlaubsplanung.\n\nCarla' },
    ],
  },
  {
    subject: 'Unterlagen für die Steuer',
    lines: [
      {
        from: outsiders.tax,
        to: [0],
        cc: [2],
        hoursAgo: 2 * day,
        unread: true,
        flagged: true,
        text: 'Sehr geehrte Frau Bergström,\n\nfür den Jahresabschluss fehlen uns noch die Belege vom August. Bitte senden Sie sie bis zum Monatsende.\n\nKanzlei Brömmel & Partner',
      },
    ],
  },
  {
    subject: 'Build is green again',
    lines: [
      {
        from: 1,
        to: [2],
        cc: [0],
        hoursAgo: 26,
        text: 'The nightly build was broken by a wrong path; fixed. Nothing to do for you.\n\nBen',
      },
      {
        from: 2,
        to: [1],
        cc: [0],
        hoursAgo: 25,
        unread: true,
        text: 'Great, thanks! I will rebase this afternoon.\n\nCarla',
      },
    ],
  },
  {
    subject: 'Schlüssel fürs Lager',
    lines: [
      {
        from: 0,
        to: [1, 2],
        hoursAgo: 5,
        unread: true,
        text: 'Wer hat den Lagerschlüssel? Bitte bis heute Abend zurück ans Brett hängen.\n\nAnna',
      },
    ],
  },
];
