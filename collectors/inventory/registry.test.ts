import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ResourceKind } from './declare-kind.ts';
import { kindFields } from './kind-fields.ts';
import { kinds } from './registry.ts';

/** Members of an output that AWS sets where there are more pages. */
const CONTINUATION = /^(next_?(page_?)?(token|marker)|marker|continuation_?token|is_?truncated|has_?more.*|last_?evaluated.*)$/i;

const place = { partition: 'aws-cn', account: '111111111111', region: 'cn-north-1' };

test('every kind has a unique name, and a summary of one sentence', () => {
  assert.ok(kinds.length > 0);
  assert.equal(new Set(kinds.map((kind) => kind.name)).size, kinds.length);
  assert.equal(new Set(kinds.map((kind) => kind.recordField)).size, kinds.length);
  for (const kind of kinds) assert.match(kind.summary, /^[A-Z].{10,}[a-z)]\.$/, kind.name);
});

for (const kind of kinds) {
  test(`${kind.name}: its accessors find their values in its example`, () => {
    const items = kind.items(kind.example);
    assert.ok(items.length > 0, 'the example has no item');
    for (const item of items) {
      const description = kind.describe(item, place);
      assert.ok(description !== undefined, 'the example has no id');
      if (description.arn !== undefined)
        assert.match(description.arn, /^arn:aws(-[a-z]+)+:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|aws)?:.+/);
      const declared = new Map(kind.fields.map((field) => [field.name, field]));
      for (const [name, value] of Object.entries(description.fields)) {
        const field = declared.get(name);
        assert.ok(field !== undefined);
        assert.equal(Array.isArray(value), field.array === true, name);
        for (const each of Array.isArray(value) ? value : [value]) assert.equal(typeof each, jsonTypeOf(field.type), name);
      }
    }
    assert.deepEqual(kind.items({}), [], 'an output without items');
    assert.equal(kind.describe({}, place), undefined, 'a record without an id');
  });

  test(`${kind.name}: no call without a paginator has pages`, async () => {
    const sdk = (await kind.sdk()) as Record<string, unknown>;
    for (const call of kind.calls) {
      assert.equal(typeof sdk[`${call}Command`], 'function', `the SDK has no ${call}`);
      if (`paginate${call}` in sdk) continue;
      const continuing = outputMembers(sdk, call).filter((member) => CONTINUATION.test(member));
      assert.deepEqual(continuing, [], `${call} has pages, but the SDK no paginator for it`);
    }
  });
}

test('the check for pages sees a continuation token where there is one', async () => {
  const sdk = (await (kinds.find((kind) => kind.name === 'ec2-instance') as ResourceKind).sdk()) as Record<string, unknown>;
  assert.ok(outputMembers(sdk, 'DescribeInstances').some((member) => CONTINUATION.test(member)));
});

test('the fields of all kinds fit into one mapping', () => {
  const fields = kindFields();
  assert.equal(new Set(fields.map((field) => field.name)).size, fields.length);
  const types = new Map(fields.map((field) => [field.name, field]));
  for (const field of kinds.flatMap((kind) => kind.fields)) {
    const { type, array, description } = types.get(field.name) ?? {};
    assert.deepEqual(
      { type, array, description },
      { type: field.type, array: field.array, description: field.description },
      field.name,
    );
  }
});

/** The SDK's schema of an operation lists the members of its output: [kind, namespace, name, traits, member names, …]. */
function outputMembers(sdk: Record<string, unknown>, call: string): readonly string[] {
  const schema = (sdk[`${call}$`] ?? fail(`the SDK has no schema of ${call}`)) as readonly unknown[];
  const output = schema[5] as readonly unknown[] | (() => readonly unknown[]);
  const members = (typeof output === 'function' ? output() : output)[4];
  assert.ok(Array.isArray(members), `the schema of ${call} has another form`);
  return members as string[];
}

function fail(message: string): never {
  throw new Error(message);
}

const jsonTypeOf = (type: string) =>
  type === 'long' || type === 'double' ? 'number' : type === 'boolean' ? 'boolean' : 'string';

test('kinds that a declaration names are declared', () => {
  const known = new Set(kinds.map(({ name }) => name));
  const named = kinds.flatMap(({ page }) => [...(page?.parts ?? []), ...(page?.accessRules?.surroundings ?? [])]);
  assert.ok(named.length > 0);
  assert.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
  );
});

test('no folder decides by the name of a kind: its special cases stand in its declaration', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const decides = new RegExp(`(?:[!=]==|case) '(?:${kinds.map(({ name }) => name).join('|')})'`);
  const sources = ['core', 'processors', 'pipelines', 'server', 'web/src', 'runner', 'stores', 'app', 'cli'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
      .map((file) => join(root, room, file)),
  );
  assert.ok(sources.length > 100);
  assert.deepEqual(
    sources.filter((file) => decides.test(readFileSync(file, 'utf8'))),
    [],
  );
});
