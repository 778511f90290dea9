import type { Field } from '../core/field.ts';

/** Where the address of a side lies, as the user's databases of addresses say. */
export const locationFields = (side: 'source' | 'destination'): readonly Field[] => [
  { name: `${side}.geo.continent_name`, type: 'keyword', description: 'Continent of the address.' },
  { name: `${side}.geo.country_iso_code`, type: 'keyword', description: 'Country of the address, such as `DE`.' },
  { name: `${side}.geo.country_name`, type: 'keyword', description: 'Country of the address, in English.' },
  { name: `${side}.geo.region_iso_code`, type: 'keyword', description: 'Region of the address, such as `DE-HE`.' },
  { name: `${side}.geo.region_name`, type: 'keyword', description: 'Region of the address, in English.' },
  { name: `${side}.geo.city_name`, type: 'keyword', description: 'City of the address, in English.' },
  { name: `${side}.as.number`, type: 'long', description: 'Autonomous system that the address belongs to.' },
  { name: `${side}.as.organization.name`, type: 'keyword', description: 'Who runs that autonomous system.' },
];
