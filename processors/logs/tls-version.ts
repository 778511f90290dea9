import { byteCache } from '../byte-cache.ts';
import { binaryOf, type Part } from '../record-memory.ts';
import { keptJson } from './json-part.ts';
import type { Leaf } from './line-plan.ts';
import { endOf, isPresent, setPart, startOf } from './line-slots.ts';

/** The derived slots that `setTlsVersion` fills. */
export const TLS_SLOTS = ['tlsVersion', 'tlsProtocol'] as const;

/** Version and cipher of a connection. `cipher`: the slot of the cipher suite. */
export const tlsLeaves = (cipher: string): readonly Leaf[] => [
  { field: 'tls.cipher', slot: cipher, form: 'text' },
  { field: 'tls.version', slot: 'tlsVersion', form: 'json' },
  { field: 'tls.version_protocol', slot: 'tlsProtocol', form: 'json' },
];

const versions = byteCache((from, to): { readonly version: Part; readonly protocol: Part } => {
  const [, protocol, version = ''] = /^(tls|ssl)v?([\d.]+)$/i.exec(binaryOf(from, to)) ?? [];
  const dotted = /^\d\d$/.test(version) ? `${version[0]}.${version[1]}` : version;
  return { version: keptJson(dotted === '' ? undefined : dotted), protocol: keptJson(protocol?.toLowerCase()) };
});

/** Splits `TLSv1.2` and `tlsv12`. `first`: the number of the slot of the version. */
export function setTlsVersion(slot: number, first: number): void {
  if (!isPresent(slot)) return;
  const { version, protocol } = versions(startOf(slot), endOf(slot));
  setPart(first, version);
  setPart(first + 1, protocol);
}
