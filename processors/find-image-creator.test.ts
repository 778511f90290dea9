import assert from 'node:assert/strict';
import { test } from 'node:test';
import { creatorsFrom, imageCreator } from './find-image-creator.ts';

const event = (image: string, user: string) => ({
  cloud: { account: { id: '222222222222' } },
  user: { name: user },
  related: { entity: ['i-0a1b2c3d', image] },
});
const image = { ImageId: 'ami-1', OwnerId: '111111111111' };

test('the creator is found by the tags, else by the event of the call; the account is that of the event, else the owner', () => {
  const creators = creatorsFrom([event('ami-1', 'ana'), event('ami-1', 'somebody who copied it later')]);
  assert.deepEqual(imageCreator(image, {}, creators), {
    'resource.created_by': 'ana',
    'resource.created_by_source': 'event',
    'resource.created_by_account': '222222222222',
  });
  for (const tag of ['CreatedBy', 'created-by', 'Creator', 'user:CreatedBy']) {
    assert.equal(imageCreator(image, { [tag]: 'ben', team: 'web' }, creators)['resource.created_by'], 'ben', tag);
  }
  assert.deepEqual(imageCreator(image, { Name: 'base' }, new Map()), { 'resource.created_by_account': '111111111111' });
});
