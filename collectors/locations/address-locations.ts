import { readFile, stat } from 'node:fs/promises';
import { type AsnResponse, type CityResponse, Reader, type Response } from 'mmdb-lib';
import type { AddressLocation } from '../../core/address-location.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { OrgscopeError } from '../../core/problem.ts';

/** Databases in MaxMind's format (GeoLite2, GeoIP2, DB-IP, ip-location-db): of cities or countries, and of autonomous systems. */
export interface LocationFiles {
  readonly city: string | undefined;
  readonly asn: string | undefined;
}

export type LocationLookup = (ip: string) => AddressLocation | undefined;

/** Yields the locations of addresses from the user's databases; undefined if none is set. A replaced file is read again. */
export function addressLocations(files: LocationFiles): () => Promise<LocationLookup | undefined> {
  const city = database<CityResponse>(files.city, /city|country|enterprise/i, 'locations (such as GeoLite2-City)');
  const asn = database<AsnResponse>(files.asn, /asn|isp|enterprise/i, 'autonomous systems (such as GeoLite2-ASN)');
  let known: { readonly city: Find<CityResponse> | undefined; readonly asn: Find<AsnResponse> | undefined } | undefined;
  let lookup: LocationLookup | undefined;
  return async () => {
    const now = { city: await city(), asn: await asn() };
    if (now.city === undefined && now.asn === undefined) return undefined;
    // The same function while the files are unchanged, since callers cache its results.
    if (lookup === undefined || known?.city !== now.city || known?.asn !== now.asn) lookup = lookupOf(now.city, now.asn);
    known = now;
    return lookup;
  };
}

/** A network in the country files of ip-location-db, which have nothing but the code. */
interface FlatCountry {
  readonly country_code: string;
}

type Find<R> = (ip: string) => R | null;

function lookupOf(city: Find<CityResponse> | undefined, asn: Find<AsnResponse> | undefined): LocationLookup {
  return (ip) => {
    const geo = geoOf(city?.(ip) ?? null);
    const as = asOf(asn?.(ip) ?? null);
    return { ...(geo !== undefined && { geo }), ...(as !== undefined && { as }) };
  };
}

function geoOf(found: CityResponse | FlatCountry | null): JsonObject | undefined {
  if (found === null) return undefined;
  if ('country_code' in found) return { country_iso_code: found.country_code };
  const { continent, country, subdivisions, city, location } = found;
  const [region] = subdivisions ?? [];
  const regionCode =
    country?.iso_code === undefined || region?.iso_code === undefined ? undefined : `${country.iso_code}-${region.iso_code}`;
  return withoutUndefined({
    continent_name: continent?.names?.en,
    country_iso_code: country?.iso_code,
    country_name: country?.names?.en,
    region_iso_code: regionCode,
    region_name: region?.names?.en,
    city_name: city?.names?.en,
    location: location?.latitude === undefined ? undefined : { lat: location.latitude, lon: location.longitude },
  });
}

function asOf(found: AsnResponse | null): JsonObject | undefined {
  if (found === null) return undefined;
  const { autonomous_system_number: number, autonomous_system_organization: name } = found;
  return withoutUndefined({ number, organization: name === undefined ? undefined : { name } });
}

function withoutUndefined(object: Record<string, Json | undefined>): JsonObject | undefined {
  const entries = Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Yields the function that finds an address in the current file; undefined if no file is set. */
function database<R extends Response>(file: string | undefined, type: RegExp, what: string): () => Promise<Find<R> | undefined> {
  let version = '';
  let find: Find<R> | undefined;
  return async () => {
    if (file === undefined) return undefined;
    try {
      const { mtimeMs, size } = await stat(file);
      if (version !== `${mtimeMs} ${size}`) {
        find = findIn<R>(file, await readFile(file), type, what);
        version = `${mtimeMs} ${size}`;
      }
      return find;
    } catch (error) {
      if (error instanceof OrgscopeError) throw error;
      throw new OrgscopeError(
        'missing',
        `The database of ${what} can't be read: ${(error as Error).message}`,
        'Check the path that --geo-city, --geo-asn or their variables name, or leave it out.',
        { file },
        { cause: error },
      );
    }
  };
}

function findIn<R extends Response>(file: string, bytes: Buffer, type: RegExp, what: string): Find<R> {
  const damaged = (cause: unknown) =>
    new OrgscopeError(
      'malformed',
      `${file} is no database in MaxMind's format (.mmdb), or is damaged.`,
      RENEW,
      { file },
      { cause },
    );
  let reader: Reader<R>;
  try {
    reader = new Reader<R>(bytes);
  } catch (error) {
    throw damaged(error);
  }
  const { databaseType, ipVersion } = reader.metadata;
  if (!type.test(databaseType)) {
    throw new OrgscopeError('malformed', `${file} is a database of the type ${databaseType}, not one of ${what}.`, RENEW, {
      file,
    });
  }
  return (ip) => {
    if (ipVersion === 4 && ip.includes(':')) return null;
    try {
      return reader.get(ip);
    } catch (error) {
      throw damaged(error);
    }
  };
}

const RENEW = 'Fetch it again, as with geoipupdate, or leave the setting out.';
