import type { Problem } from './problem.ts';

/** A host as a monitoring system knows it. */
export interface MonitoredHost {
  readonly name: string;
  /** An IP address, or a DNS name: monitoring systems take both. */
  readonly address?: string;
  readonly alias?: string;
  readonly instanceId?: string;
  readonly groups: readonly string[];
  /** `up`, `down`, `unreachable`, `pending` (never checked yet), or what a source calls it; not known from a mere list. */
  readonly state?: string;
  /** The source that knows it. */
  readonly source: string;
}

/** Where monitored hosts come from. A source that names no host and has no problem is not in use. */
export interface HostSource {
  /** Shown to people and kept in documents: a server's name or a file's. */
  readonly name: string;
  /** Throws where the source as a whole can't be read; problems are those of single hosts, and the other hosts count. */
  hosts(signal: AbortSignal): Promise<{ readonly hosts: readonly MonitoredHost[]; readonly problems: readonly Problem[] }>;
}

/** An EC2 instance id, wherever people write one: as a host's name, its alias, or a variable of it. */
export function isInstanceId(text: string): boolean {
  return /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/i.test(text);
}
