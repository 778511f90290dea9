import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser';

/** For each room, the rooms that it may import beside itself and core. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  aws: [],
  collectors: ['aws'],
  processors: [],
  stores: ['mappings'],
  pipelines: ['aws', 'collectors', 'processors', 'mappings'],
  runner: ['queue'],
  queue: [],
  mappings: [],
  sample: ['aws'],
  dashboards: ['mappings'],
  server: ['runner', 'mappings'],
  web: ['dashboards'],
  kibana: ['mappings', 'dashboards'],
  app: ['aws', 'collectors', 'pipelines', 'stores', 'runner', 'queue', 'mappings', 'sample', 'server', 'dashboards', 'kibana'],
  cli: ['app', 'aws', 'collectors', 'pipelines', 'stores', 'runner', 'queue', 'mappings', 'server', 'dashboards', 'kibana'],
  generate: ['app', 'aws', 'collectors', 'processors', 'pipelines', 'stores', 'mappings', 'dashboards', 'sample', 'kibana'],
};

/** Tests may import from every room. */
const test = '\\.test\\.ts$';

export const rooms = Object.keys(ALLOWED);

export const forbidden: IForbiddenRuleType[] = [
  ...rooms.map((room) => {
    const others = rooms.filter((other) => other !== room && other !== 'core' && !ALLOWED[room]?.includes(other));
    return {
      name: `${room}-stays-in-its-bounds`,
      severity: 'error' as const,
      from: { path: `^${room}/`, pathNot: test },
      to: { path: `^(${[...others, 'tests', 'bench'].join('|')})/` },
    };
  }),
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
];

export const options: ICruiseOptions = {
  doNotFollow: { path: 'node_modules' },
  exclude: { path: '^(node_modules|web/dist|dist|data)/' },
  tsPreCompilationDeps: true,
  enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
};
