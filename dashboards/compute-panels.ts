import type { PanelOf } from './dashboard.ts';

/** Conditions and panels about instances and databases, which stand on several dashboards. Each dashboard gives its own width, and its own title where the unit differs. */

export const INSTANCES = 'resource.type:ec2-instance';
export const RUNNING = `${INSTANCES} AND resource.state:running`;
export const DATABASES = 'resource.type:rds-instance';
export const AVAILABLE = `${DATABASES} AND resource.state:available`;

/** A number about the resources that are there now. */
const current = { type: 'metric', view: 'awscli-current', format: 'number' } as const;

export const totalInstances = (width: number): PanelOf<'metric'> => ({
  ...current,
  title: 'Total Instances',
  where: INSTANCES,
  width,
  measure: { op: 'count' },
});

export const totalRunningCpu = (width: number): PanelOf<'metric'> => ({
  ...current,
  title: 'Total CPU Running Instances',
  where: RUNNING,
  width,
  measure: { op: 'sum', field: 'resource.vcpus' },
});

/** `unit` is written as the users of each dashboard know the title; `MB` is of MiB. */
export const totalRunningMemory = (width: number, unit: 'MB' | 'GiB'): PanelOf<'metric'> => ({
  ...current,
  title: `Total Memory Running Instances [${unit}]`,
  where: RUNNING,
  width,
  measure: { op: 'sum', field: unit === 'MB' ? 'resource.memory_mib' : 'resource.memory_gib' },
});

export const totalDatabases = (width: number): PanelOf<'metric'> => ({
  ...current,
  title: 'Total RDS Instances',
  where: DATABASES,
  width,
  measure: { op: 'count' },
});

export const totalDatabaseCpu = (width: number): PanelOf<'metric'> => ({
  ...current,
  title: 'Total CPU Running RDS',
  where: AVAILABLE,
  width,
  measure: { op: 'sum', field: 'resource.vcpus' },
});

/** `unit` is written as the users of each dashboard know the title; `GB` is of GiB. */
export const totalDatabaseMemory = (width: number, unit: 'GB' | 'GiB'): PanelOf<'metric'> => ({
  ...current,
  title: `Total Memory Running RDS [${unit}]`,
  where: AVAILABLE,
  width,
  measure: { op: 'sum', field: 'resource.memory_gib' },
});

export const runningByType = (width: number, size: number): PanelOf<'bars'> => ({
  type: 'bars',
  title: 'Running Instances by Type',
  view: 'awscli-current',
  where: RUNNING,
  width,
  by: 'resource.instance_type',
  measure: { op: 'count' },
  label: 'Instances',
  format: 'number',
  size,
});

/** The CloudWatch metrics that there are, of all namespaces or of those that the condition names. */
export const cloudwatchMetrics = (
  width: number,
  { namespaces, keys }: { readonly namespaces?: string; readonly keys: PanelOf<'groups'>['keys'] },
): PanelOf<'groups'> => ({
  type: 'groups',
  title: 'CloudWatch Metrics',
  view: 'awscli-current',
  where: `resource.type:cloudwatch-metric${namespaces === undefined ? '' : ` AND resource.namespace:${namespaces}`}`,
  width,
  keys,
  measures: [{ measure: { op: 'count' }, label: 'Available', format: 'number' }],
});
