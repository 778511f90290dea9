import assert from 'node:assert/strict';
import { execFileSync, execSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob, relative } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { missingPackageRegistry } from './support/needs.ts';
import { result, said, spawnApart } from './support/run-cli.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'orgscope-image-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The instructions of each stage, the stage's own name first. */
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
  // What lies below something ignored is ignored as well.
  return parts.every((_, end) => !ignored.some((pattern) => matchesGlob(parts.slice(0, end + 1).join('/'), pattern)));
};

/** COPY of the build's context or of another stage, into a folder that stands for the image's root. */
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

test('the image has the Node that is tested, runs as nobody special, says how it is, and takes memory as the command line does', () => {
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

test('nothing private and nothing that is built elsewhere comes into the image', () => {
  for (const path of ['.env', '.git/config', 'data/orgscope.duckdb', 'node_modules/x', 'web/dist/index.html', 'a/b.log']) {
    assert.equal(isInContext(path), false, path);
  }
  for (const path of ['package.json', 'cli/main.ts', 'web/index.html', 'collectors/objects/s3-prefix.ts']) {
    assert.equal(isInContext(path), true, path);
  }
});

/** What `docker build` would do, step by step, in folders; but for the packages that only build, which are this checkout's. */
test('the steps of the Dockerfile give a program that serves the page and passes its own health check', {
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
    assert.equal((await probe(`${address}/api/info`)).code, 1, 'which takes the token: a probe that is refused is no good one');
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
