import assert from 'node:assert/strict';
import { execFileSync, execSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob, relative } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { copyProject } from './support/copy-project.ts';
import { makeTrail } from './support/make-trail.ts';
import { missingPackageRegistry } from './support/needs.ts';
import { makeLists, result, said, spawnApart } from './support/run-cli.ts';

/** What a user installs: the npm package and the image. Both hold the same build, so one build serves both tests. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'orgscope-image-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });

let built: string | undefined;
/** A copy of the project in which `npm run prepack` has run. */
function buildProject(): string {
  if (built === undefined) {
    built = copyProject(folder);
    npm(built, 'run', 'prepack');
  }
  return built;
}

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The stages of the Dockerfile with their instructions. */
function readDockerfile(): { readonly base: string; readonly stage: string; readonly instructions: Instruction[] }[] {
  const lines = read('deploy/Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  const instructions = lines
    .filter((line) => line !== '')
    .map((line) => ({ name: line.slice(0, line.indexOf(' ')), text: line.slice(line.indexOf(' ') + 1) }));
  const stages: { base: string; stage: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    const [base = '', , stage = 'last'] = instruction.text.split(' ');
    if (instruction.name === 'FROM') stages.push({ base, stage, instructions: [] });
    else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

const ignored = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const isInContext = (path: string): boolean => {
  const parts = path.split('/');
  // Files below an ignored folder are ignored as well.
  return parts.every((_, end) => !ignored.some((pattern) => matchesGlob(parts.slice(0, end + 1).join('/'), pattern)));
};

/** Copies files of the build's context, or of another stage, into a folder that stands for the image's root. */
function copy(text: string, root: string, context: string): void {
  const words = text.split(' ').filter((word) => !word.startsWith('--'));
  const target = words.pop() as string;
  const to = target.startsWith('/') ? join(root, target) : join(root, 'orgscope', target);
  for (const source of words) {
    const from = join(context, source);
    assert.ok(existsSync(from), `COPY ${source}: it is not there`);
    assert.ok(context !== ROOT || source === '.' || isInContext(source), `COPY ${source}: .dockerignore leaves it out`);
    cpSync(from, statSync(from).isFile() && target.endsWith('/') ? join(to, source) : to, {
      recursive: true,
      filter: (path) => context !== ROOT || path === ROOT || isInContext(relative(ROOT, path)),
    });
  }
}

const stages = readDockerfile();
const last = stages.at(-1)?.instructions ?? [];
const all = (name: string, instructions = last): string[] =>
  instructions.filter((one) => one.name === name).map(({ text }) => text);

test('the image has the Node version that is tested, an unprivileged user, a health check, and the memory settings of the command line', () => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version: string }> };
  for (const { base } of stages) assert.equal(base, `node:${lock.packages['node_modules/node']?.version}-slim`);
  assert.deepEqual(all('USER'), ['node']);
  assert.equal(last.findIndex(({ name }) => name === 'USER') > last.findLastIndex(({ name }) => name === 'COPY'), true);
  assert.equal(all('HEALTHCHECK').length, 1);
  const bootstrap = read('cli/bootstrap.mjs');
  const allocators = [...bootstrap.matchAll(/^ {2}(\w+): '([^']+)',$/gm)].map(([, name, value]) => `${name}=${value}`);
  assert.equal(allocators.length, 3);
  for (const setting of allocators) assert.ok(all('ENV').join(' ').split(' ').includes(setting), setting);
});

test('the image holds no private file and nothing that was built outside it', () => {
  for (const path of ['.env', '.git/config', 'data/orgscope.duckdb', 'node_modules/x', 'web/dist/index.html', 'a/b.log']) {
    assert.equal(isInContext(path), false, path);
  }
  for (const path of ['package.json', 'cli/main.ts', 'web/index.html', 'collectors/objects/s3-prefix.ts']) {
    assert.equal(isInContext(path), true, path);
  }
});

/** Follows the Dockerfile step by step in folders, as `docker build` would. The packages of the build stage are those of this checkout. */
test('the image that the Dockerfile describes serves the page and passes its own health check', {
  skip: missingPackageRegistry(),
}, async () => {
  const roots = new Map<string, string>();
  for (const { stage, instructions } of stages) {
    const root = join(folder, stage);
    roots.set(stage, root);
    const cwd = join(root, 'orgscope');
    mkdirSync(cwd, { recursive: true });
    for (const { name, text } of instructions) {
      if (name === 'COPY') {
        const from = /^--from=(\S+)/.exec(text)?.[1];
        copy(text, root, from === undefined ? ROOT : join(roots.get(from) as string));
      } else if (name !== 'RUN') {
      } else if (text.includes('--include=dev')) {
        symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'));
      } else if (text === 'npm run prepack') {
        for (const output of ['dist', 'web/dist']) cpSync(join(buildProject(), output), join(cwd, output), { recursive: true });
      } else if (text.startsWith('install ')) {
        mkdirSync(join(root, 'data'));
      } else {
        execSync(text.replace(/^npm install /, '$&--prefer-offline '), { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
      }
    }
  }
  const image = join(folder, 'last');
  const cwd = join(image, 'orgscope');
  assert.ok(!existsSync(join(cwd, 'node_modules', 'typescript')), 'no compiler in the image');
  assert.ok(existsSync(join(image, 'lists', 'account.txt')));

  const [, ...entry] = JSON.parse(all('ENTRYPOINT')[0] as string) as string[];
  const script = entry.pop() as string;
  const run = (...args: string[]) =>
    spawnApart([process.execPath, ...entry, join(cwd, script), ...args], {
      ORGSCOPE_DATA: join(image, 'data'),
      ORGSCOPE_LISTS: join(image, 'lists'),
    });
  const { version } = JSON.parse(read('package.json')) as { version: string };
  assert.equal((await result(run('--version'))).stdout, `${version}\n`);

  const [command, ...args] = JSON.parse(all('CMD')[0] as string) as string[];
  assert.equal(command, 'up');
  const up = run(command, ...args, '--port', '0', '--every', 'never');
  try {
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(await said(up, /SAMPLE ORGANISATION/))?.[0] as string;
    const check = JSON.parse((all('HEALTHCHECK')[0] as string).replace(/^.* CMD /, '')) as string[];
    const probe = (url: string) => result(spawnApart([process.execPath, join(cwd, check[1] as string), url]));
    assert.equal((await probe((check[2] as string).replace('http://127.0.0.1:8686', address))).code, 0);
    assert.equal(
      (await probe(`${address}/api/info`)).code,
      1,
      'the probe succeeded although the server refused it: the address takes a token',
    );
    const { token } = JSON.parse(readFileSync(join(image, 'data', 'sample', 'up.json'), 'utf8'));
    const page = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
    assert.match(await page.text(), /<script type="module"/);
  } finally {
    up.kill('SIGTERM');
    await once(up, 'close');
  }
  const size = Number(execFileSync('du', ['-sm', cwd], { encoding: 'utf8' }).split('\t')[0]);
  assert.ok(size < 400, `${size} MiB besides Node itself`);
});

test('the packed tarball, installed into another project, runs and serves the page', {
  skip: missingPackageRegistry(),
}, async () => {
  npm(buildProject(), 'pack', '--ignore-scripts', '--pack-destination', folder);
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private":true}');
  npm(project, 'install', '--prefer-offline', join(folder, `${name}-${version}.tgz`));
  const bin = join(project, 'node_modules', '.bin', 'orgscope');

  assert.equal((await result(spawnApart([bin, '--version']))).stdout, `${version}\n`);

  const { events } = makeTrail(join(folder, 'trail'), { objects: 3, eventsPerObject: 7 });
  const common = ['--data', join(folder, 'data'), '--lists', makeLists()];
  const run = await result(spawnApart([bin, 'run', 'trails', '--source', join(folder, 'trail'), '--json', ...common]));
  assert.equal(run.code, 0, run.stderr);
  assert.equal(JSON.parse(run.stdout).totals.written, events);

  const up = spawnApart([bin, 'up', '--port', '0', '--every', 'never', ...common]);
  try {
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(await said(up, /The page stays up/))?.[0] as string;
    const page = await (await fetch(address)).text();
    const script = /src="([^"]+\.js)"/.exec(page)?.[1] as string;
    assert.equal((await fetch(new URL(script, address))).status, 200);
  } finally {
    up.kill('SIGINT');
    await once(up, 'close');
  }
});
