import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { datasets } from '../processors/logs/registry.ts';
import { conformance, missingConformance } from './support/needs.ts';

const FOLDER = 'service-logs-ecs';
const skip = missingConformance(FOLDER);

/** Flow logs whose order of fields only the inventory knows, and which nothing tells from other lines of words. */
const WITHOUT_HEADER = new Set([
  'integ-1.45.3__test-tcp-flag-sequence.log',
  'test-v5-all-fields.log',
  'integ-2025__test-v8-samples.log',
]);

/** Messages of a machine lie in the files of CloudWatch Logs, which has no lines of its own. */
const WRITERS: Readonly<Record<string, string>> = { cloudwatch: 'ec2' };

const filesOf = (folder: string): readonly string[] =>
  readdirSync(conformance(`${FOLDER}/${folder}`)).filter((file) => file.endsWith('.log'));

for (const dataset of datasets) {
  test(`${dataset.name}: the first line of each of its files is recognised, and no line of other datasets is`, { skip }, () => {
    const folders = readdirSync(conformance(FOLDER), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name: folder } of folders) {
      const writer = WRITERS[folder] ?? folder;
      for (const file of filesOf(folder)) {
        const lines = readFileSync(conformance(`${FOLDER}/${folder}/${file}`), 'utf8')
          .split(/\r?\n/)
          .filter((line) => line !== '');
        if (writer === dataset.name) {
          const isRecognized = dataset.recognizeLine?.(lines[0] as string) ?? true;
          assert.ok(isRecognized || WITHOUT_HEADER.has(file), file);
        } else if (datasets.some(({ name }) => name === writer)) {
          for (const line of lines) assert.ok(dataset.recognizeLine?.(line) !== true, `${folder}/${file}: ${line.slice(0, 80)}`);
        }
      }
    }
  });
}
