import { readFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const SOURCE = 'processors/wasm/record-bytes.ts';
/** Its functions are exported beside those of SOURCE. */
const LINES_SOURCE = 'processors/wasm/line-bytes.ts';
const OUTPUT = 'record-bytes.wasm';
/** In pages of 64 KiB: the regions that the source names. Only what is used of them takes memory. */
const PAGES = '1100';

/** The loops over the bytes of records and lines, compiled to WebAssembly, so that a fresh checkout runs without the compiler. */
export async function recordBytes(): Promise<{ readonly path: string; readonly text: string }> {
  let wasm: Uint8Array | undefined;
  const options = ['--runtime', 'stub', '--noAssert', '--enable', 'simd', '--initialMemory', PAGES, '--maximumMemory', PAGES];
  const { error, stderr } = await asc.main([SOURCE, LINES_SOURCE, '--outFile', OUTPUT, '-O3', ...options], {
    readFile: (path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_path, content) => {
      wasm = typeof content === 'string' ? undefined : content;
    },
    listFiles: () => [],
  });
  if (error !== null || wasm === undefined) throw new Error(`${SOURCE} was not compiled: ${error?.message ?? ''}\n${stderr}`);
  const lines = Buffer.from(wasm)
    .toString('base64')
    .match(/.{1,120}/g) as string[];
  const text = lines.map((line) => `  '${line}'`).join(' +\n');
  return {
    path: 'processors/record-bytes-wasm.ts',
    text: `// Written by generate/record-bytes.ts from processors/wasm/; do not edit.\n\nexport const RECORD_BYTES_WASM =\n${text};\n`,
  };
}
