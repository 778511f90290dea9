#!/usr/bin/env node
/**
 * The way in on any Node from 18 on, without a dependency: installs on first use, builds the page for `up`, then runs the command
 * line on the Node that package-lock.json pins. `--exec script.ts …` runs another script in the same way.
 *
 * Plain JavaScript that Node 18 reads, since nothing is installed yet when it starts. What it says goes to standard error: standard
 * output belongs to the command.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The first Node that runs `.ts` files as we write them. */
const LEAST_MAJOR = 24;
/** What the page is built from. */
const PAGE_SOURCES = ['web', 'dashboards', 'mappings', 'core', 'package-lock.json'];

const OPTIONS_WITH_VALUE = [
  '--data',
  '--lists',
  '--role-name',
  '--external-id',
  '--profile',
  '--regions',
  '--inactive-after',
  '--history',
];

const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
/** Node refuses `.ts` files under node_modules, so a published package carries JavaScript in dist/. */
const published = root.split(sep).includes('node_modules');

function fail(message, next) {
  process.stderr.write(`orgscope: ${message}\n${next === undefined ? '' : `          → ${next}\n`}`);
  process.exit(1);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether node_modules holds what package-lock.json names: by npm's own record of what it installed, so that times don't matter. */
function installed() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const present = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (present === undefined) return false;
  if (wanted === undefined) return true;
  // After `npm ci --omit=dev` (an image, say) none of the development packages is there, on purpose.
  const withDevelopment = Object.values(present).some((entry) => entry.dev === true);
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    if (found === undefined)
      return entry.optional === true || entry.devOptional === true || (entry.dev === true && !withDevelopment);
    return found.version === entry.version;
  });
}

function install() {
  process.stderr.write('orgscope: installing packages (first use, or package-lock.json changed) …\n');
  // Under `npm start` npm names its own script; run by hand, npm is found in PATH. On Windows npm is a script, which needs a shell.
  const script = process.env.npm_execpath;
  const [command, prefix, shell] =
    script !== undefined && /npm-cli\.js$/.test(script)
      ? [process.execPath, [script], false]
      : ['npm', [], process.platform === 'win32'];
  // Not `npm ci`: it refuses a lock file that lacks the optional packages of other platforms, which npm itself writes so when they
  // can't be had. This keeps to the lock file as well, and --no-save leaves it as it is.
  const args = [...prefix, 'install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = spawnSync(command, args, { cwd: root, stdio: ['inherit', 2, 2], shell });
  if (result.error?.code === 'ENOENT')
    fail('npm was not found.', 'Install Node with npm from https://nodejs.org, then run this again.');
  if (result.error !== undefined)
    fail(`npm could not be started: ${result.error.message}`, `Run \`npm install\` in ${root}, then run this again.`);
  if (result.status !== 0) {
    fail(
      `npm install failed (${result.status === null ? result.signal : `exit code ${result.status}`}); its own message is above.`,
      'Without a network, or behind a proxy or a private registry: set HTTPS_PROXY or `npm config set registry`, then run this again.',
    );
  }
}

/** The pinned Node. `undefined` where its install script did not run or brought nothing. */
function pinnedNode() {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('node/package.json');
    const path = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(path) ? { path, version: readJson(manifest)?.version } : undefined;
  } catch {
    return undefined;
  }
}

function works(path) {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return status === 0 && Number.parseInt(stdout.slice(1), 10) >= LEAST_MAJOR;
}

/** Node 24: the pinned one, else the machine's own if it is new enough. */
function chooseNode(fresh) {
  const pinned = pinnedNode();
  if (pinned !== undefined && pinned.version === process.versions.node) return process.execPath;
  if (pinned !== undefined && (!fresh || works(pinned.path))) return pinned.path;
  if (Number.parseInt(process.versions.node, 10) >= LEAST_MAJOR) return process.execPath;
  return fail(
    `Node ${LEAST_MAJOR} is missing: the npm package "node" is installed, but its program is not (this is Node ${process.versions.node}).`,
    `npm may be set not to run install scripts: run \`npm rebuild node --ignore-scripts=false\` in ${root}, or install Node ${LEAST_MAJOR} or newer.`,
  );
}

/** The newest change in a file or folder; what is built or installed there does not count. */
function newest(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  let time = 0;
  for (const name of readdirSync(path)) {
    if (name === 'dist' || name === 'node_modules' || name.startsWith('.') || name.includes('.test.')) continue;
    time = Math.max(time, newest(join(path, name)));
  }
  return time;
}

function buildPage(node) {
  if (!existsSync(join(root, 'web', 'index.html'))) return;
  const built = statSync(join(root, 'web', 'dist', 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built > 0 && PAGE_SOURCES.every((source) => newest(join(root, source)) <= built)) return;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  if (!existsSync(vite)) {
    if (built > 0) return;
    fail(
      'The page is not built, and what builds it is not installed.',
      `Run \`npm install --include=dev\` in ${root}, then run this again.`,
    );
  }
  process.stderr.write('orgscope: building the page …\n');
  const result = spawnSync(node, [vite, 'build', 'web', '--logLevel', 'error'], { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    fail(
      'The page could not be built; the message of Vite is above.',
      'Undo your change under web/ or dashboards/, or report this.',
    );
  }
}

/** The first argument that is neither an option nor the value of one that may stand before the command. */
function commandOf(args) {
  const index = args.findIndex((arg, at) => !arg.startsWith('-') && !OPTIONS_WITH_VALUE.includes(args[at - 1]));
  return args[index];
}

/**
 * How memory is taken, which can only be said before a process starts: 150 MiB less at the peak of a large run
 * (docs/decisions/0007-store-writes.md). V8's young generation stays small, since most of what a run makes lies outside of it; glibc
 * and DuckDB's jemalloc share one arena between threads and give back what was freed. What the user has set stays.
 */
const SMALL_YOUNG_GENERATION_MIB = 4;
/** A hundred calls under way outlive a small one: inventory alone is a twentieth faster with this, and small otherwise. */
const INVENTORY_YOUNG_GENERATION_MIB = 16;
const ALLOCATORS = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '524288',
  DUCKDB_JE_MALLOC_CONF: 'narenas:1,dirty_decay_ms:100,muzzy_decay_ms:0',
};

/**
 * Where Node keeps what it compiles, with the types stripped: without it every start strips each source again, which takes more than
 * half of its CPU. In node_modules, so that only someone who may change the packages can change it. Where it can't be written, Node
 * goes on without it.
 */
const compileCache = published
  ? join(root.slice(0, root.lastIndexOf(`${sep}node_modules${sep}`)), 'node_modules', '.cache', 'orgscope')
  : join(root, 'node_modules', '.cache', 'orgscope');

function run(node, script, args) {
  const inventory = commandOf(args) === 'run' && args.includes('inventory');
  const youngMib = inventory ? INVENTORY_YOUNG_GENERATION_MIB : SMALL_YOUNG_GENERATION_MIB;
  const env = { ...ALLOCATORS, NODE_COMPILE_CACHE: compileCache, ...process.env };
  const argv = [`--max-semi-space-size=${youngMib}`, script, ...args];
  // In place of this process where the system can: nothing stands between the terminal and the command.
  if (typeof process.execve === 'function' && process.platform !== 'win32') process.execve(node, [node, ...argv], env);
  const child = spawn(node, argv, { stdio: 'inherit', env });
  // From a terminal the child has the signal already, together with us: it takes two at the same moment for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    fail(
      `${node} could not be started: ${error.message}`,
      `Run \`npm rebuild node --ignore-scripts=false\` in ${root}, or \`npm install\`.`,
    );
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

const args = process.argv.slice(2);
if (Number.parseInt(process.versions.node, 10) < 18) {
  fail(`This is Node ${process.versions.node}.`, 'orgscope needs Node 18 or newer to install itself: https://nodejs.org');
}
const fresh = !published && !installed();
if (fresh) install();
const node = chooseNode(fresh);
if (args[0] === '--exec') {
  if (args[1] === undefined) fail('--exec needs the script to run.');
  run(node, resolve(root, args[1]), args.slice(2));
} else {
  const asksForHelp = args.includes('--help') || args.includes('-h');
  if (commandOf(args) === 'up' && !asksForHelp && !published) buildPage(node);
  run(node, join(root, ...(published ? ['dist', 'cli', 'main.js'] : ['cli', 'main.ts'])), args);
}
