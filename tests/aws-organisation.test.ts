import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { missing, need } from './support/needs.ts';
import { makeOrganisation } from './support/organisation.ts';

test('the test organisation keeps its accounts apart', { skip: missing('MOTO_URL') }, async () => {
  const organisation = await makeOrganisation(need('MOTO_URL'), 2);
  assert.equal(new Set([organisation.managementAccountId, ...organisation.memberIds]).size, 3);
  for (const id of [organisation.managementAccountId, ...organisation.memberIds]) {
    const sts = new STSClient(await organisation.config(id, 'eu-west-1'));
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    sts.destroy();
    assert.equal(Account, id);
  }
});
