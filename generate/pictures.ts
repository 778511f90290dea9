/**
 * Takes the pictures of README and docs from the sample organisation, in a real browser: `npm run pictures`. With the address of an orgscope that runs
 * already, `npm run pictures -- http://127.0.0.1:8686`, from that one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import type { Status } from '../core/api/runs.ts';

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly colours: 'light' | 'dark';
  readonly size: { readonly width: number; readonly height: number };
  /** Typed into the palette. */
  readonly find?: string;
}

const WIDE = { width: 1280, height: 900 };
const PICTURES: readonly Picture[] = [
  { name: 'overview', path: 'overview', colours: 'light', size: WIDE },
  { name: 'billing', path: 'billing?t=90d', colours: 'dark', size: WIDE },
  { name: 'resource', path: 'resource/dev-ssh-from-anywhere', colours: 'light', size: WIDE },
  { name: 'palette', path: 'ec2', colours: 'light', size: WIDE, find: 'payments' },
  { name: 'phone', path: 'security', colours: 'dark', size: { width: 390, height: 844 } },
];

const docs = fileURLToPath(new URL('../docs/', import.meta.url));

async function take(browser: Browser, address: string, { name, path, colours, size, find }: Picture): Promise<void> {
  const context = await browser.newContext({ viewport: size, colorScheme: colours, deviceScaleFactor: 1.5 });
  const page = await context.newPage();
  await page.goto(`${address}/#/${path}`);
  await page.waitForSelector('.panel');
  const settled = async () => {
    do await sleep(500);
    while ((await page.locator('[aria-busy="true"]').count()) > 0);
  };
  await settled();
  if (find !== undefined) {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Find/ }).fill(find);
    await settled();
  }
  // Waits for follow-up queries and for charts to be drawn.
  await sleep(1_000);
  await page.screenshot({ path: join(docs, `${name}.png`) });
  await context.close();
}

async function withSample(use: (address: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-pictures-'));
  mkdirSync(join(folder, 'lists'));
  const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
  const args = ['up', '--port', '0', '--every', 'never', '--data', folder, '--lists', join(folder, 'lists')];
  const up = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let said = '';
    while (!/http:\S+/.test(said)) said += String((await once(up.stdout, 'data'))[0]);
    up.stdout.resume();
    const address = (/http:\/\/127\.0\.0\.1:\d+/.exec(said) as RegExpExecArray)[0];
    for (let ran = false; ; await sleep(1_000)) {
      const { runs, progress } = (await (await fetch(`${address}/api/status`)).json()) as Status;
      ran ||= progress !== null || runs.length > 0;
      if (ran && progress === null) break;
    }
    await use(address);
  } finally {
    up.kill('SIGTERM');
    await once(up, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function all(address: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    for (const picture of PICTURES) await take(browser, address, picture);
  } finally {
    await browser.close();
  }
}

const running = process.argv[2];
await (running === undefined ? withSample(all) : all(running));
