import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { Sha256 } from './sha-256.ts';

test('hashes, and HMACs with secrets of any length, equal those of Node', async () => {
  const whole = new Sha256();
  whole.update('a canonical ');
  whole.update(Buffer.from('request'));
  assert.deepEqual(Buffer.from(await whole.digest()), createHash('sha256').update('a canonical request').digest());
  for (const length of [0, 1, 32, 63, 64, 65, 200]) {
    const secret = Buffer.alloc(length, 'ü');
    const own = new Sha256(secret.subarray());
    own.update(new TextEncoder().encode('20261121'));
    assert.deepEqual(
      Buffer.from(await own.digest()),
      createHmac('sha256', secret).update('20261121').digest(),
      `${length} bytes`,
    );
  }
});
