import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import { VIEW_NAMES } from '../core/view-names.ts';

const loaded: string[] = [];
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    loaded.push(found.url);
    return found;
  },
});
const { pipelines } = await import('./registry.ts');

test('the registry loads no package and no code that runs a pipeline', () => {
  assert.ok(loaded.some((url) => url.endsWith('/pipelines/trails.ts')));
  assert.deepEqual(
    loaded.filter((url) => url.includes('/node_modules/') || /-pipeline\.ts$/.test(url.replace('declare-pipeline.ts', ''))),
    [],
  );
});

test('every view has a pipeline that writes it, every list belongs to one pipeline, and no two pipelines have the same order', () => {
  for (const view of VIEW_NAMES) {
    assert.ok(
      pipelines.some(({ views }) => views.includes(view)),
      `No pipeline writes ${view}: name it in \`views\` of a file in pipelines/.`,
    );
  }
  const files = pipelines.flatMap(({ lists }) => lists.map(({ file }) => file));
  assert.equal(new Set(files).size, files.length);
  for (const { name, order } of pipelines) {
    const other = pipelines.find((each) => each.order === order && each.name !== name);
    assert.equal(
      other,
      undefined,
      `pipelines/${name}.ts and pipelines/${other?.name}.ts both have the order ${order}: choose another.`,
    );
  }
});
