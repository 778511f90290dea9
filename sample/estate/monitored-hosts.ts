import type { HostSource, MonitoredHost } from '../../core/monitored-host.ts';
import { seeded } from '../random.ts';
import type { Estate } from './estate.ts';

/** The monitoring system of the sample organisation: it knows most machines of the production and shared accounts. */
export function monitoredHosts(estate: Estate): HostSource {
  const { organisation } = estate;
  const name = 'op5.examplecorp.example';
  return {
    name,
    async hosts() {
      const hosts: MonitoredHost[] = [];
      for (const account of organisation.accounts) {
        if (account.suspended || (account.environment !== 'prod' && account.environment !== 'shared')) continue;
        for (const region of account.regions) {
          for (const instance of estate.region(account, region).reservations.flatMap(({ Instances }) => Instances ?? [])) {
            const random = seeded(organisation.seed, 'monitored', instance.InstanceId ?? '');
            if (random.chance(0.12)) continue;
            const stopped = instance.State?.Name !== 'running';
            hosts.push({
              name: instance.Tags?.find(({ Key }) => Key === 'Name')?.Value ?? instance.InstanceId ?? '',
              address: instance.PrivateIpAddress ?? '',
              instanceId: instance.InstanceId ?? '',
              groups: [account.team, `aws-${account.environment}`],
              state: stopped || random.chance(0.01) ? 'down' : 'up',
              source: name,
            });
          }
        }
      }
      return { hosts, problems: [] };
    },
  };
}
