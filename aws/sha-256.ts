import { createHash, type Hash } from 'node:crypto';

type Data = string | ArrayBuffer | ArrayBufferView;

const BLOCK_BYTES = 64;

/**
 * SHA-256 for the SDK's signer; with a secret, HMAC-SHA-256 (RFC 2104). Signing a call takes two to six HMACs of a few bytes.
 * Node's own HMAC makes a key object each time, which takes four times as long as the two hashes of an HMAC.
 */
export class Sha256 {
  #hash = createHash('sha256');
  readonly #outer: Hash | undefined;

  constructor(secret?: Data) {
    if (secret === undefined) return;
    const key = bytes(secret);
    const block = key.length > BLOCK_BYTES ? createHash('sha256').update(key).digest() : key;
    this.#hash.update(padded(block, 0x36));
    this.#outer = createHash('sha256').update(padded(block, 0x5c));
  }

  update(data: Data): void {
    this.#hash.update(bytes(data));
  }

  async digest(): Promise<Uint8Array> {
    const digest = this.#hash.digest();
    return this.#outer === undefined ? digest : this.#outer.update(digest).digest();
  }

  /** Required by the interface; the SDK makes a new instance for each use. */
  reset(): never {
    throw new Error('a hash is made anew, not reset');
  }
}

function padded(key: Uint8Array, pad: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, pad);
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad;
  return block;
}

function bytes(data: Data): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}
