import type { JsonObject } from './json.ts';

/** The location of an IP address and the network that it belongs to, under the names of ECS in `source.geo` and `source.as`; unknown members are absent. */
export interface AddressLocation {
  readonly geo?: JsonObject;
  readonly as?: JsonObject;
}
