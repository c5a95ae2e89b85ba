import { changedContact } from '../contacts/fields.ts';
import { insertContact } from '../contacts/store.ts';
import type { Core } from '../core.ts';
import { ownerBits } from '../folders/bits.ts';
import { insertFolder, standardFolderOf } from '../folders/groupware.ts';
import type { Person } from '../people/person.ts';
import { stripesPng } from './files.ts';

type Fields = Readonly<Record<string, unknown>>;

const birthday = (year: number, month: number, day: number) => Date.UTC(year, month - 1, day);

/** What everybody has in the own folder. */
const private_: readonly Fields[] = [
  {
    display_name: 'Löffler, Petra',
    first_name: 'Petra',
    last_name: 'Löffler',
    title: 'Dipl.-Ing.',
    company: 'Druckhaus Süd',
    department: 'Vertrieb',
    position: 'Leiterin Vertrieb',
    email1: 'petra.loeffler@druckhaus-sued.example',
    email2: 'petra@loeffler-privat.example',
    email3: 'vertrieb@druckhaus-sued.example',
    telephone_business1: '+49 89 555220',
    telephone_business2: '+49 89 555221',
    fax_business: '+49 89 555299',
    cellular_telephone1: '+49 171 5552200',
    telephone_home1: '+49 8151 55220',
    street_business: 'Lindwurmstraße 80',
    postal_code_business: '80337',
    city_business: 'München',
    state_business: 'Bayern',
    country_business: 'Deutschland',
    street_home: 'Seeweg 4',
    postal_code_home: '82319',
    city_home: 'Starnberg',
    country_home: 'Deutschland',
    street_other: 'Messegelände, Halle 6',
    city_other: 'Nürnberg',
    birthday: birthday(1971, 8, 3),
    note: 'Druckt unsere Broschüre.\nAnlieferung nur vormittags.',
    categories: 'Lieferant,Wichtig',
    url: 'https://druckhaus-sued.example/',
    image1: stripesPng(96, 96, [0x8a2be2, 0xffd700, 0x2e8b57]).toString('base64'),
  },
  {
    display_name: 'Emily Carter',
    first_name: 'Emily',
    last_name: 'Carter',
    nickname: 'Em',
    company: 'Harbour Works Ltd',
    position: 'Project Manager',
    email1: 'emily.carter@harbourworks.example',
    telephone_business1: '+44 117 555 0101',
    street_business: '12 Dock Road',
    postal_code_business: 'BS1 5TT',
    city_business: 'Bristol',
    country_business: 'United Kingdom',
    birthday: birthday(1980, 9, 9),
    instant_messenger1: 'emily@chat.harbourworks.example',
    categories: 'Kunde',
    image1: stripesPng(300, 300, [0x0f4c81, 0xffffff, 0xc8102e]).toString('base64'),
  },
  {
    display_name: '田中 健二',
    first_name: '健二',
    last_name: '田中',
    yomiFirstName: 'ケンジ',
    yomiLastName: 'タナカ',
    company: '西商事',
    yomiCompany: 'ニシショウジ',
    email1: 'tanaka@nishi-trading.example',
    telephone_business1: '+81 6 5550 1234',
    city_business: '大阪',
    country_business: 'Japan',
  },
  {
    display_name: 'Vogt, Martin',
    first_name: 'Martin',
    last_name: 'Vogt',
    company: 'Stadtwerke',
    email1: 'm.vogt@stadtwerke.example',
    telephone_business1: '+49 221 555700',
    userfield01: 'Zählernummer 4711',
  },
  {
    display_name: 'Mama & Papa',
    email1: 'familie@zuhause.example',
    telephone_home1: '+49 2203 55501',
    cellular_telephone1: '+49 160 5550199',
    street_home: 'Am Bach 7',
    postal_code_home: '51143',
    city_home: 'Köln',
    anniversary: birthday(1974, 5, 18),
    private_flag: true,
  },
  { display_name: 'Nur ein Name' },
];

/** A second folder. */
const suppliers: readonly Fields[] = [
  {
    display_name: 'Reisebüro Weitblick',
    company: 'Reisebüro Weitblick',
    email1: 'buchung@weitblick.example',
    telephone_business1: '+49 221 555800',
    file_as: 'Weitblick, Reisebüro',
  },
  {
    display_name: 'Kanzlei Brömmel & Partner',
    company: 'Brömmel & Partner Steuerberatungsgesellschaft mbB',
    email1: 'kanzlei@broemmel.example',
    telephone_business1: '+49 221 555900',
    tax_id: 'DE123456789',
    business_category: 'Steuerberatung',
  },
];

/** Gives a person contacts in two folders, and a distribution list of linked and independent members. */
export function fillSampleContacts(core: Core, owner: Person): void {
  const folder = standardFolderOf(core, owner.id, 'contacts')!;
  const ids = private_.map((fields, index) => add(core, owner, folder, fields, `private-${index}`));
  add(
    core,
    owner,
    folder,
    {
      display_name: 'Broschüre',
      mark_as_distributionlist: true,
      distribution_list: [
        {
          id: ids[0],
          folder_id: folder,
          display_name: 'Petra Löffler',
          mail: 'x@druckhaus-sued.example',
          mail_field: 1,
        },
        { id: ids[1], folder_id: folder, display_name: 'Emily Carter', mail: 'x@harbourworks.example', mail_field: 1 },
        { display_name: 'Satzstudio', mail: 'satz@studio-klar.example', mail_field: 0 },
      ],
      note: 'Alle, die an der Broschüre arbeiten.',
    },
    'list',
  );
  const second = insertFolder(core, {
    parent: folder,
    owner: owner.id,
    title: 'Lieferanten',
    module: 'contacts',
    type: 1,
    by: owner.id,
    permissions: [{ entity: owner.id, group: false, bits: ownerBits }],
  });
  suppliers.forEach((fields, index) => {
    add(core, owner, second, fields, `supplier-${index}`);
  });
}

function add(core: Core, owner: Person, folder: number, body: Fields, key: string): number {
  const { fields, image } = changedContact(core, {}, body);
  fields.uid = `sample-${owner.id}-${key}`;
  return insertContact(core, { folder, fields, image, person: null, by: owner.id }).id;
}
