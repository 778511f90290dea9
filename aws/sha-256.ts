import { createHash, type Hash } from 'node:crypto';

type Data = string | ArrayBuffer | ArrayBufferView;

const BLOCK_BYTES = 64;

/**
 * SHA-256, and with a secret HMAC-SHA-256 (RFC 2104), as the SDK's signer wants it. A call is signed with two to six HMACs of some bytes:
 * Node makes a key object for each, which takes four times as long as the two hashes that it is.
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

  /** Of the interface; the SDK makes a new one each time. */
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
