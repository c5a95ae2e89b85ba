import type { TenantFile, TenantPerson } from './schema.ts';

const firstNames =
  'Anja Bernd Clara Dirk Elif Fatih Greta Hannes Ines Jürgen Käthe Lars Mia Noah Olga Paul Quirin Rosa Sören Tanja Uwe Vera Wiebke Xaver Yara Zoé Björn Jörg Ayşe Łukasz'.split(
    ' ',
  );
const lastNames =
  'Albrecht Böhm Çelik Dietrich Engel Fröhlich Grün Höfer Ivanova Jäger König Lüders Müller Nguyen Özdemir Pfeiffer Quandt Rößler Schäfer Thiele Ullrich Vogel Weiß Yılmaz Zöllner Baumann Krüger Möller'.split(
    ' ',
  );
const departments = ['Sales', 'Einkauf', 'Entwicklung', 'Support', 'Personal', 'Finance', 'Logistik', 'Marketing'];
const cities = [
  ['Köln', '50667'],
  ['München', '80331'],
  ['Hamburg', '20095'],
  ['Düsseldorf', '40213'],
  ['Leipzig', '04109'],
] as const;

/** The people of `generate`, always the same ones for the same number. */
export function* generatedPeople(tenant: TenantFile): Iterable<TenantPerson> {
  const { generate } = tenant;
  if (!generate) return;
  for (let number = 1; number <= generate.people; number += 1) {
    const first = firstNames[number % firstNames.length]!;
    const last = lastNames[Math.floor(number / firstNames.length + number) % lastNames.length]!;
    const [city, postalCode] = cities[number % cities.length]!;
    yield {
      login: `${generate.login ?? 'p'}${number}`,
      password: generate.password,
      samples: generate.samples ?? false,
      first_name: first,
      last_name: last,
      display_name: `${first} ${last} (${number})`,
      department: departments[number % departments.length],
      position: number % 50 === 0 ? 'Teamleitung' : 'Sachbearbeitung',
      room_number: `${1 + (number % 9)}.${String(number % 100).padStart(2, '0')}`,
      telephone_business1: `+49 221 5550 ${number}`,
      street_business: `Werkstraße ${1 + (number % 120)}`,
      postal_code_business: postalCode,
      city_business: city,
      country_business: 'Deutschland',
      company: tenant.name ?? tenant.domains[0],
    };
  }
}
