import type { JsonObject } from './json.ts';

/** Where an IP address lies and whose network it is, under the names of ECS in `source.geo` and `source.as`; unknown members are absent. */
export interface AddressPlace {
  readonly geo?: JsonObject;
  readonly as?: JsonObject;
}
