import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { World } from './choose-world.ts';
import { isAlive } from './this-process.ts';

/** Where the `up` that holds a store is reached: a file in the store's folder, readable by its owner alone. */
export interface UpFile {
  /** `http://127.0.0.1:8686` */
  readonly address: string;
  readonly token: string;
  readonly pid: number;
}

const shape = z.object({ address: z.url(), token: z.string().min(1), pid: z.int().positive() });

const pathOf = ({ folder }: Pick<World, 'folder'>): string => join(folder, 'up.json');

export function writeUpFile(world: World, content: UpFile): void {
  const path = pathOf(world);
  // Written to a temporary file first, so that no other process reads half of it. The mode applies only when the file is created.
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  chmodSync(aside, 0o600);
  renameSync(aside, path);
}

/** Undefined if no `up` runs on this store: there is no file, or its process was killed. */
export function readUpFile(world: World): UpFile | undefined {
  let text: string;
  try {
    text = readFileSync(pathOf(world), 'utf8');
  } catch {
    return undefined;
  }
  try {
    const content = shape.parse(JSON.parse(text));
    return isAlive(content.pid) ? content : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the file if this process wrote it. */
export function removeUpFile(world: World): void {
  if (readUpFile(world)?.pid === process.pid) rmSync(pathOf(world), { force: true });
}
