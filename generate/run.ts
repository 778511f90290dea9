/** Writes the files that derive from declarations; with `--check` only compares them, and names the stale ones. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { OrgscopeError } from '../core/problem.ts';
import { recordBytes } from './record-bytes.ts';
import { registries } from './registry.ts';

interface Generated {
  readonly path: string;
  readonly text: string;
}

const check = process.argv.includes('--check');
let count = 0;
let stale = 0;

try {
  await generate();
} catch (error) {
  if (!(error instanceof OrgscopeError)) throw error;
  // A mistake in a declaration, which needs no stack trace.
  process.stderr.write(`${error.message} ${error.next}\n`);
  process.exitCode = 1;
}

async function generate(): Promise<void> {
  write(await recordBytes());
  for (const file of registries()) write(file);
  // Imported after the registries are written, since these modules read them.
  const { pipelineFacts } = await import('./pipeline-facts.ts');
  write(pipelineFacts());
  const { kindFacts } = await import('./kind-facts.ts');
  write(kindFacts());
  const { declaredKindFields } = await import('./kind-fields.ts');
  write(declaredKindFields());
  const { declaredDatasets } = await import('./datasets.ts');
  write(declaredDatasets());
  const { listTemplates } = await import('./list-templates.ts');
  for (const file of listTemplates()) if (!existsSync(file.path)) write(file);
  const { catalogue } = await import('./catalogue.ts');
  const { logDatasetPage } = await import('./log-datasets.ts');
  const { policy } = await import('./policy.ts');
  const { fields } = await import('./fields.ts');
  const { kibana } = await import('../kibana/saved-objects.ts');
  const { storeMappings } = await import('../app/store-mappings.ts');
  const { dashboardPage } = await import('./dashboards.ts');
  for (const file of [catalogue(), logDatasetPage(), policy(), fields(), kibana(storeMappings()), dashboardPage()]) write(file);

  if (check) process.stdout.write(`${count} generated files, ${stale} stale\n`);
  if (check && stale > 0) process.exitCode = 1;
}

function write({ path, text }: Generated): void {
  count++;
  if (readIfThere(path) === text) return;
  stale++;
  if (check) {
    process.stderr.write(`${path} is stale: run npm run generate and commit it\n`);
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(`${path}\n`);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
