import type { Json, JsonObject } from '../core/json.ts';
import type { HostSource } from '../core/monitored-host.ts';
import type { PlanContext } from '../core/pipeline.ts';
import { OrgscopeError, toProblem } from '../core/problem.ts';
import { hostIndex, matchMonitoredHost } from '../processors/match-monitored-hosts.ts';

/** The fields that monitoring adds to an instance, by its record. */
export type MonitorLookup = (record: JsonObject) => Readonly<Record<string, Json>>;

/**
 * Reads all sources, each failure one problem of the run, and never rejects. An instance counts as not monitored only where every source in use
 * could be read: an OP5 that is unreachable for an hour must not make thousands of instances look unmonitored.
 */
export async function readMonitoredHosts(
  sources: readonly HostSource[],
  { signal, report }: Pick<PlanContext, 'signal' | 'report'>,
): Promise<MonitorLookup> {
  let failed = false;
  const answers = await Promise.all(
    sources.map(async (source) => {
      try {
        const { hosts, problems } = await source.hosts(signal);
        for (const problem of problems) report(problem);
        failed ||= hosts.length === 0 && problems.length > 0;
        return hosts;
      } catch (error) {
        failed = true;
        if (!signal.aborted) report(toProblem(error, error instanceof OrgscopeError ? {} : { object: source.name }));
        return [];
      }
    }),
  );
  const hosts = answers.flat();
  if (hosts.length === 0) return () => ({});
  const index = hostIndex(hosts);
  return (record) => {
    const fields = matchMonitoredHost(record, index);
    return failed && fields['resource.monitored'] === false ? {} : fields;
  };
}
