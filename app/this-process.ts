import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Identifies this process among all that write into one store. A process id is unique only within one PID namespace of one machine. */
export function thisProcess(): { readonly host: string; readonly pid: number } {
  let namespace = '';
  try {
    namespace = ` ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Only Linux has PID namespaces.
  }
  return { host: `${hostname()}${namespace}`, pid: process.pid };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
