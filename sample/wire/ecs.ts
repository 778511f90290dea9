import * as sdk from '@aws-sdk/client-ecs';
import type { Containers } from '../estate/containers.ts';
import type { Estate } from '../estate/estate.ts';
import type { Call } from './read-call.ts';
import { makeService, type Service } from './service.ts';

/** ECS's answers about an account and region. It has few of each kind, so that a list is one page. */
export function ecs(estate: Estate): Service {
  const containersOf = (call: Call): Containers => {
    const account = estate.account(call.account);
    if (account?.regions.includes(call.region) !== true) return { clusters: [], services: [], tasks: [] };
    return estate.region(account, call.region).containers;
  };
  const named = (call: Call, member: string, arn: string | undefined): boolean => {
    const names = call.json[member];
    return Array.isArray(names) && names.includes(arn);
  };
  return makeService(sdk, 'json', {
    ListClusters: (call) => ({ clusterArns: containersOf(call).clusters.map(({ clusterArn = '' }) => clusterArn) }),
    DescribeClusters: (call) => ({
      clusters: containersOf(call).clusters.filter(({ clusterArn }) => named(call, 'clusters', clusterArn)),
    }),
    ListServices: (call) => ({
      serviceArns: containersOf(call)
        .services.filter(({ clusterArn }) => clusterArn === call.json.cluster)
        .map(({ serviceArn = '' }) => serviceArn),
    }),
    DescribeServices: (call) => ({
      services: containersOf(call).services.filter(({ serviceArn }) => named(call, 'services', serviceArn)),
    }),
    ListTasks: (call) => ({
      taskArns: containersOf(call)
        .tasks.filter(
          ({ clusterArn, desiredStatus }) => clusterArn === call.json.cluster && desiredStatus === call.json.desiredStatus,
        )
        .map(({ taskArn = '' }) => taskArn),
    }),
    DescribeTasks: (call) => ({ tasks: containersOf(call).tasks.filter(({ taskArn }) => named(call, 'tasks', taskArn)) }),
  });
}
