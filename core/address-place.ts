import type { JsonObject } from './json.ts';

/** Where an IP address lies and whose network it is, under the names of ECS in `source.geo` and `source.as`; what is not known is left out. */
export interface AddressPlace {
  readonly geo?: JsonObject;
  readonly as?: JsonObject;
}
