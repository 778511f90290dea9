import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeMmdb } from '../../tests/support/make-mmdb.ts';
import { addressLocations } from './address-locations.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-locations-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (name: string, bytes: Buffer | string): string => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
};

const CITIES = makeMmdb('GeoLite2-City', {
  '192.0.2.0/24': {
    continent: { names: { en: 'Europe', de: 'Europa' } },
    country: { iso_code: 'CH', names: { en: 'Switzerland' } },
    subdivisions: [{ iso_code: 'ZH', names: { en: 'Zurich' } }],
    city: { names: { en: 'Zürich' } },
    location: { latitude: 47.25, longitude: 8.5 },
  },
  '198.51.100.0/25': { country: { iso_code: 'US', names: { en: 'United States' } } },
});
const NETWORKS = makeMmdb('GeoLite2-ASN', {
  '192.0.2.0/24': { autonomous_system_number: 64_500, autonomous_system_organization: 'Example AG' },
});

test('an address has its location and its network, as far as the databases know', async () => {
  const lookup = await addressLocations({ city: fileOf('city.mmdb', CITIES), asn: fileOf('asn.mmdb', NETWORKS) })();
  assert.deepEqual(lookup?.('192.0.2.7'), {
    geo: {
      continent_name: 'Europe',
      country_iso_code: 'CH',
      country_name: 'Switzerland',
      region_iso_code: 'CH-ZH',
      region_name: 'Zurich',
      city_name: 'Zürich',
      location: { lat: 47.25, lon: 8.5 },
    },
    as: { number: 64_500, organization: { name: 'Example AG' } },
  });
  assert.deepEqual(lookup?.('198.51.100.1'), { geo: { country_iso_code: 'US', country_name: 'United States' } });
  assert.deepEqual(lookup?.('198.51.100.200'), {});
  assert.deepEqual(lookup?.('2001:db8::1'), {}, 'a database of IPv4 has no address of IPv6');
});

test('a country file of ip-location-db, which has nothing but codes, gives the country', async () => {
  const countries = makeMmdb('country ipv4', { '192.0.2.0/24': { country_code: 'CH' } });
  const lookup = await addressLocations({ city: fileOf('country.mmdb', countries), asn: undefined })();
  assert.deepEqual(lookup?.('192.0.2.7'), { geo: { country_iso_code: 'CH' } });
  assert.deepEqual(lookup?.('198.51.100.1'), {});
});

test('without a database nothing is looked up', async () => {
  assert.equal(await addressLocations({ city: undefined, asn: undefined })(), undefined);
});

test('a database whose file changed is read again, an unchanged one is not', async () => {
  const asn = fileOf('renewed.mmdb', NETWORKS);
  const locations = addressLocations({ city: undefined, asn });
  const first = await locations();
  assert.equal(await locations(), first);
  fileOf('renewed.mmdb', makeMmdb('GeoLite2-ASN', { '192.0.2.0/24': { autonomous_system_number: 64_501 } }));
  utimesSync(asn, 1, 1);
  assert.deepEqual((await locations())?.('192.0.2.7'), { as: { number: 64_501 } });
});

const text = fileOf('text.mmdb', 'no database');
const cut = fileOf('cut.mmdb', NETWORKS.subarray(0, NETWORKS.length - 40));
const networks = fileOf('networks.mmdb', NETWORKS);
for (const [file, code, message] of [
  [join(folder, 'nowhere.mmdb'), 'missing', /nowhere\.mmdb/],
  [text, 'malformed', /text\.mmdb is no database in MaxMind's format/],
  [cut, 'malformed', /cut\.mmdb/],
  [networks, 'malformed', /networks\.mmdb is a database of the type GeoLite2-ASN, not one of locations/],
] as const) {
  test(`${file.split('/').at(-1)} is refused with a message that names it`, async () => {
    await assert.rejects(addressLocations({ city: file, asn: undefined })(), { code, message });
  });
}
