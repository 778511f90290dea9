import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getOwn, setOwn } from './set-own.ts';

test('a member of any name is kept and printed, and changes nothing else', () => {
  const tags: Record<string, string> = {};
  for (const name of ['__proto__', 'constructor', 'toString', 'team']) setOwn(tags, name, name);
  assert.equal(JSON.stringify(tags), '{"__proto__":"__proto__","constructor":"constructor","toString":"toString","team":"team"}');
  assert.equal(Object.getPrototypeOf(tags), Object.prototype);
  assert.equal(getOwn(tags, '__proto__'), '__proto__');
  assert.equal(getOwn({}, 'constructor'), undefined);
});
