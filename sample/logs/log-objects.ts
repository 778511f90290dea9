import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { HOUR_MS } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import { type StoredObject, storedContent } from '../storage/stored-object.ts';
import { accessLog } from './access-logs.ts';
import { balancerLogs } from './balancer-logs.ts';
import { containerEvents } from './container-lines.ts';
import { cdnLog, dnsLog, firewallLogs, wafLog } from './edge-logs.ts';
import { flowLog } from './flow-logs.ts';
import { subscriptionFile } from './log-events.ts';
import { type LogFile, type LogHour, lastHours } from './log-hour.ts';
import { type Scene, sceneOf } from './machines.ts';
import { systemEvents } from './system-lines.ts';

/** The accounts whose logs there are, each with the datasets. */
const FLOWS = ['payments-prod', 'storefront-prod', 'mobile-dev'];
const BALANCERS = ['payments-prod', 'storefront-prod', 'marketing-web'];
const SYSTEMS = ['payments-prod', 'search-prod', 'mobile-dev'];
const CONTAINERS = ['payments-prod', 'storefront-prod'];

/** A bucket whose accesses are logged. */
type Logged = Parameters<typeof accessLog>[1];

/** The service logs of the last day: one object of each source and hour. An hour's objects never change. */
export async function logObjects(estate: Estate, logged: readonly Logged[]): Promise<StoredObject[]> {
  const scenes = new Map<string, Scene>();
  const scene = (name: string): Scene => {
    const known = scenes.get(name) ?? sceneOf(estate, name);
    scenes.set(name, known);
    return known;
  };
  const files = (hour: LogHour): LogFile[] => [
    ...FLOWS.map((name) => flowLog(scene(name), hour)),
    ...BALANCERS.flatMap((name) => balancerLogs(scene(name), hour)),
    ...logged.map((bucket) => accessLog(estate, bucket, hour)),
    subscriptionFile(hour, [
      ...SYSTEMS.flatMap((name) => systemEvents(scene(name), hour)),
      ...CONTAINERS.flatMap((name) => containerEvents(scene(name), hour)),
    ]),
    wafLog(scene('storefront-prod'), hour),
    dnsLog(scene('payments-prod'), hour),
    cdnLog(scene('storefront-prod'), hour),
    ...firewallLogs(scene('network-hub'), hour),
  ];
  const { organisation, calendar } = estate;
  const objects: StoredObject[] = [];
  for (const hour of lastHours(organisation.seed, calendar)) {
    for (const file of files(hour)) objects.push(storedContent(file.key, hour.start + HOUR_MS, () => contentOf(file)));
    // Making all hours at once would block the HTTP server for as long as half a second.
    await setImmediate();
  }
  return objects;
}

// Level 1, because CPU time matters more here than size. Copied, because the buffer that zlib returns keeps a much larger one in memory.
const pack = (text: string): Buffer => Buffer.from(gzipSync(text, { level: 1 }));

function contentOf({ lines, as }: LogFile): Buffer {
  if (as === 'members') return Buffer.concat(lines.map(pack));
  const text = lines.map((line) => `${line}\n`).join('');
  return as === 'gzip' ? pack(text) : Buffer.from(text);
}
