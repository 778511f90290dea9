import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLog, valuesOf } from '../../tests/support/decode-log.ts';
import { ec2 } from './ec2.ts';

const TIME = '2026-11-21T12:00:00.000Z';

function documentOf(message: string, object = {}) {
  const { documents, deadLetters } = decodeLog(ec2, `${TIME} ${message}`, object);
  assert.deepEqual(deadLetters, []);
  return valuesOf(documents[0]);
}

for (const [name, line, process, pid, message] of [
  [
    'a process with its id',
    'Nov  1 12:00:00 ip-10-0-0-5 sshd[77]: Failed password for root',
    'sshd',
    77,
    'Failed password for root',
  ],
  [
    'a process without id',
    'Nov 21 12:00:00 ip-10-0-0-5 kernel: [1.5] Out of memory: x',
    'kernel',
    undefined,
    '[1.5] Out of memory: x',
  ],
  ['a process in parentheses', 'Nov 21 12:00:00 host (systemd)[1]: up', '(systemd)', 1, 'up'],
  ['a process with a path', 'Nov 21 12:00:00 host postfix/smtpd[9]: up', 'postfix/smtpd', 9, 'up'],
  ['an ISO time', '2026-11-21T12:00:00.123456+00:00 host sudo:     ana : TTY=pts/0', 'sudo', undefined, '    ana : TTY=pts/0'],
  ['a priority', '<34>Nov 21 12:00:00 host su: x', 'su', undefined, 'x'],
  ['lines that follow', 'Nov 21 12:00:00 host app[1]: one\n  two', 'app', 1, 'one\n  two'],
  ['no message', 'Nov 21 12:00:00 host app[1]:', 'app', 1, undefined],
  ['no syslog', 'Cloud-init v. 22.2 running', undefined, undefined, 'Cloud-init v. 22.2 running'],
] as const) {
  test(`${name} is read`, () => {
    const at = documentOf(line);
    assert.deepEqual([at('process.name'), at('process.pid'), at('message')], [process, pid, message]);
    assert.equal(at('@timestamp'), TIME);
  });
}

test('the instance is the one that the stream names, else the one at the address in the name of the host', () => {
  const names = {
    ofAddress: (_: string | undefined, ip: string, timeMs: number) =>
      ip === '10.0.0.5' && timeMs === Date.parse(TIME) ? { instanceId: 'i-0a', instanceName: 'web', service: 'shop' } : undefined,
  };
  const line = 'Nov 21 12:00:00 ip-10-0-0-5.eu-west-1.compute.internal sshd[77]: x';
  const byAddress = documentOf(line, { names });
  assert.deepEqual([byAddress('cloud.instance'), byAddress('service.name')], [{ id: 'i-0a', name: 'web' }, 'shop']);
  assert.equal(byAddress('aws.ec2.ip_address'), 'ip-10-0-0-5.eu-west-1.compute.internal');
  const byStream = documentOf(line, { names, logStream: { group: '/var/log/secure', name: 'i-0123456789abcdef0' } });
  assert.deepEqual([byStream('cloud.instance'), byStream('service.name')], [{ id: 'i-0123456789abcdef0' }, undefined]);
  const unknown = documentOf('Nov 21 12:00:00 ip-999-0-0-5 sshd[77]: x', { names });
  assert.equal(unknown('cloud.instance'), undefined);
});

test('a line without the time of an export has its own time if that has a year, else the time at which the object was written', () => {
  const times = ['2026-11-21T13:00:00.123456+01:00 host sshd[77]: x', 'Nov 21 12:00:00 host sshd[77]: x'].map((line) =>
    valuesOf(decodeLog(ec2, line, { written: '2026-11-22T00:00:00.000Z' }).documents[0])('@timestamp'),
  );
  assert.deepEqual(times, ['2026-11-21T12:00:00.123Z', '2026-11-22T00:00:00.000Z']);
});
