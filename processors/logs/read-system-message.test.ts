import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSystemMessage } from './read-system-message.ts';

for (const [what, process, message, wanted] of [
  [
    'a password of an unknown user that failed',
    'sshd',
    'Failed password for invalid user admin from 192.0.2.77 port 50222 ssh2',
    { action: 'ssh_login', outcome: 'failure', user: 'admin', address: '192.0.2.77', port: 50_222 },
  ],
  [
    'a key that was accepted, over IPv6',
    'sshd',
    'Accepted publickey for ana from 2001:db8::7 port 22 ssh2: ED25519 SHA256:x',
    { action: 'ssh_login', outcome: 'success', user: 'ana', address: '2001:db8::7', port: 22 },
  ],
  [
    'an unknown user without a port',
    'sshd',
    'Invalid user test from 192.0.2.9',
    { action: 'ssh_invalid_user', outcome: 'failure', user: 'test', address: '192.0.2.9', port: undefined },
  ],
  [
    'a command of sudo',
    'sudo',
    '    ana : TTY=pts/0 ; PWD=/home/ana ; USER=root ; COMMAND=/usr/bin/id',
    { action: 'sudo', outcome: 'success', user: 'ana', effectiveUser: 'root' },
  ],
  [
    'sudo with a wrong password',
    'sudo',
    'ana : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id',
    { action: 'sudo', outcome: 'failure', user: 'ana', effectiveUser: 'root' },
  ],
  [
    'a session of root',
    'su',
    'pam_unix(su:session): session opened for user root(uid=0) by ana(uid=1001)',
    { action: 'session_opened', outcome: 'success', user: 'ana', effectiveUser: 'root' },
  ],
  [
    'a session without a caller',
    'sshd',
    'pam_unix(sshd:session): session opened for user root by (uid=0)',
    { action: 'session_opened', outcome: 'success', user: 'root', effectiveUser: 'root' },
  ],
  [
    'a process that was killed for its memory',
    'kernel',
    '[91.5] Out of memory: Killed process 4711 (java) total-vm:9834120kB',
    { action: 'out_of_memory', outcome: 'failure' },
  ],
  [
    'a disk that fails',
    'kernel',
    'blk_update_request: I/O error, dev nvme1n1, sector 2048',
    { action: 'kernel_error', outcome: 'failure' },
  ],
] as const) {
  test(`${what} is recognised`, () => assert.deepEqual(readSystemMessage(process, message), wanted));
}

test('an address that is none is left out, and what another process says is not taken for a login', () => {
  assert.equal(readSystemMessage('sshd', 'Failed password for a from UNKNOWN port 22 ssh2')?.address, undefined);
  assert.equal(readSystemMessage('app', 'Failed password for a from 192.0.2.7 port 22 ssh2'), undefined);
  assert.equal(readSystemMessage('kernel', 'device eth0 entered promiscuous mode'), undefined);
});

test('a long message of nothing that fits is read in linear time', () => {
  for (const text of [`${'a '.repeat(500_000)}`, `a : ${'TTY= ; '.repeat(200_000)}`, 'pam_unix('.repeat(100_000)])
    for (const process of ['sshd', 'sudo', 'kernel']) assert.equal(readSystemMessage(process, text), undefined);
});
