import { valueAddress, valuePort } from './record-values.ts';

/** What the message of a process of a Linux system is about. */
export interface SystemMessage {
  readonly action: 'ssh_login' | 'ssh_invalid_user' | 'sudo' | 'session_opened' | 'out_of_memory' | 'kernel_error';
  readonly outcome?: 'success' | 'failure' | undefined;
  readonly user?: string | undefined;
  /** As whom the command or the session runs. */
  readonly effectiveUser?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

const LOGIN = /^(Failed|Accepted) \S+ for (invalid user )?(\S{0,256}) from (\S{1,64}) port (\d{1,5})/;
const INVALID_USER = /^Invalid user (\S{0,256}) from (\S{1,64})(?: port (\d{1,5}))?/;
const SUDO = /^\s*(\S{1,256}) : (?:(.{0,256}?) ; )?TTY=.*? ; USER=(\S{1,256}) ; /;
const SESSION =
  /^pam_unix\([^)]{1,64}:session\): session opened for user ([^\s(]{1,256})(?:\(uid=\d+\))?(?: by (?:([^\s(]{1,256}))?\(uid=\d+\))?/;
const OUT_OF_MEMORY = /(?:Out of memory|Memory cgroup out of memory): (?:Kill|Killed) process/;
const KERNEL_ERROR =
  /\b(?:I\/O error|segfault at|Kernel panic|BUG:|Call Trace|blocked for more than \d+ seconds|EXT4-fs error|hardware error)/i;

/** Reads the messages of sshd, sudo, PAM and the kernel that people look for; undefined for any other. */
export function readSystemMessage(process: string, message: string): SystemMessage | undefined {
  if (process === 'kernel') {
    if (OUT_OF_MEMORY.test(message)) return { action: 'out_of_memory', outcome: 'failure' };
    return KERNEL_ERROR.test(message) ? { action: 'kernel_error', outcome: 'failure' } : undefined;
  }
  const session = SESSION.exec(message);
  if (session !== null) {
    const [, effectiveUser, user] = session;
    return { action: 'session_opened', outcome: 'success', user: user ?? effectiveUser, effectiveUser };
  }
  if (process === 'sudo') {
    const [found, user, problem, effectiveUser] = SUDO.exec(message) ?? [];
    return found === undefined
      ? undefined
      : { action: 'sudo', outcome: problem === undefined ? 'success' : 'failure', user, effectiveUser };
  }
  return process === 'sshd' || process === 'sshd-session' ? readLogin(message) : undefined;
}

function readLogin(message: string): SystemMessage | undefined {
  const login = LOGIN.exec(message);
  if (login !== null) {
    const [, result, , user, address, port] = login;
    const outcome = result === 'Accepted' ? 'success' : 'failure';
    return { action: 'ssh_login', outcome, user: user || undefined, address: valueAddress(address), port: valuePort(port) };
  }
  const [found, user, address, port] = INVALID_USER.exec(message) ?? [];
  if (found === undefined) return undefined;
  return {
    action: 'ssh_invalid_user',
    outcome: 'failure',
    user: user || undefined,
    address: valueAddress(address),
    port: valuePort(port),
  };
}
