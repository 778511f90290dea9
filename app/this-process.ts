import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who this process is among all that write into one store. Process numbers mean something within one namespace of one machine alone. */
export function thisProcess(): { readonly host: string; readonly pid: number } {
  let namespace = '';
  try {
    namespace = ` ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Other systems have one namespace.
  }
  return { host: `${hostname()}${namespace}`, pid: process.pid };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is such a process, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
