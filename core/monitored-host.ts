import type { Problem } from './problem.ts';

/** A host as a monitoring system knows it. */
export interface MonitoredHost {
  readonly name: string;
  /** An IP address or a DNS name; monitoring systems accept both. */
  readonly address?: string;
  readonly alias?: string;
  readonly instanceId?: string;
  readonly groups: readonly string[];
  /** `up`, `down`, `unreachable`, `pending` (never checked yet), or the source's own word; absent in plain lists. */
  readonly state?: string;
  /** The name of its source. */
  readonly source: string;
}

/** Where monitored hosts come from. A source that names no host and has no problem is not in use. */
export interface HostSource {
  /** Shown to people and kept in documents: a server's name or a file's. */
  readonly name: string;
  /** Throws if the source as a whole can't be read; `problems` are of single hosts that are left out. */
  hosts(signal: AbortSignal): Promise<{ readonly hosts: readonly MonitoredHost[]; readonly problems: readonly Problem[] }>;
}

/** Matches an EC2 instance id in a host's name, alias or variable. */
export function isInstanceId(text: string): boolean {
  return /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/i.test(text);
}
