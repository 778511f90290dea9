import type { Cluster, Service, Task } from '@aws-sdk/client-ecs';
import { arnOf } from '../organisation.ts';
import { type RegionScope, ZONES } from './region-scope.ts';

/** The ECS clusters of one account in one region, with their services and tasks. */
export interface Containers {
  readonly clusters: readonly Cluster[];
  readonly services: readonly Service[];
  readonly tasks: readonly Task[];
}

/** The services that run in containers, by account. */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  'payments-prod': ['checkout', 'ledger'],
  'storefront-prod': ['catalog', 'cart'],
  'identity-prod': ['sessions'],
};
const TASKS_OF_A_SERVICE = 3;

/** Each service has the same number of tasks, in all availability zones. */
export function makeContainers(scope: RegionScope): Containers {
  const { account, region, calendar } = scope;
  const names = SERVICES[account.name];
  if (names === undefined || !scope.home) return { clusters: [], services: [], tasks: [] };
  const clusterName = `${account.team}-prod`;
  const arn = (resource: string): string => arnOf('ecs', region, account.id, resource);
  const clusterArn = arn(`cluster/${clusterName}`);
  const tags = [
    { key: 'team', value: account.team },
    { key: 'env', value: account.environment },
  ];
  const services = names.map(
    (name): Service => ({
      serviceName: name,
      serviceArn: arn(`service/${clusterName}/${name}`),
      clusterArn,
      status: 'ACTIVE',
      launchType: 'FARGATE',
      desiredCount: TASKS_OF_A_SERVICE,
      runningCount: TASKS_OF_A_SERVICE,
      createdAt: new Date(calendar.daysBefore(300)),
      taskDefinition: arn(`task-definition/${name}:41`),
      tags,
    }),
  );
  const tasks = names.flatMap((name) =>
    [...Array(TASKS_OF_A_SERVICE).keys()].map((number): Task => {
      const zone = number % ZONES.length;
      return {
        taskArn: arn(`task/${clusterName}/${scope.stream('task', name, number).hex(32)}`),
        clusterArn,
        taskDefinitionArn: arn(`task-definition/${name}:41`),
        group: `service:${name}`,
        lastStatus: 'RUNNING',
        desiredStatus: 'RUNNING',
        launchType: 'FARGATE',
        availabilityZone: scope.zoneName(zone),
        createdAt: new Date(calendar.daysBefore(3)),
        tags,
      };
    }),
  );
  const cluster: Cluster = {
    clusterName,
    clusterArn,
    status: 'ACTIVE',
    runningTasksCount: tasks.length,
    activeServicesCount: services.length,
    tags,
  };
  return { clusters: [cluster], services, tasks };
}
