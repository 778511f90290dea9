import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';

/**
 * The members of a value as XML. The SDK's schema of the service gives the names of elements, also of list items and of renamed
 * and flattened members, so the text is what AWS would send.
 */
export function writeXml(schema: SchemaRef, value: object): string {
  const out: string[] = [];
  members(out, NormalizedSchema.of(schema), value as Readonly<Record<string, unknown>>);
  return out.join('');
}

function members(out: string[], schema: NormalizedSchema, value: Readonly<Record<string, unknown>>): void {
  for (const [name, member] of schema.structIterator()) {
    const given = value[name];
    if (given === undefined || given === null) continue;
    const traits = member.getMergedTraits();
    const tag = traits.xmlName ?? name;
    const flat = traits.xmlFlattened === 1;
    if (member.isMapSchema()) {
      const [key, item] = [member.getKeySchema(), member.getValueSchema()];
      if (!flat) out.push(`<${tag}>`);
      for (const [name, one] of Object.entries(given)) {
        out.push(`<${flat ? tag : 'entry'}>`);
        element(out, key.getMergedTraits().xmlName ?? 'key', key, name);
        element(out, item.getMergedTraits().xmlName ?? 'value', item, one);
        out.push(`</${flat ? tag : 'entry'}>`);
      }
      if (!flat) out.push(`</${tag}>`);
      continue;
    }
    if (!member.isListSchema()) {
      element(out, tag, member, given);
      continue;
    }
    const item = member.getValueSchema();
    if (!flat) out.push(`<${tag}>`);
    for (const one of given as readonly unknown[])
      element(out, flat ? tag : (item.getMergedTraits().xmlName ?? 'member'), item, one);
    if (!flat) out.push(`</${tag}>`);
  }
}

function element(out: string[], tag: string, schema: NormalizedSchema, value: unknown): void {
  out.push(`<${tag}>`);
  if (schema.isStructSchema()) members(out, schema, value as Readonly<Record<string, unknown>>);
  else if (value instanceof Date) out.push(value.toISOString());
  else if (value instanceof Uint8Array) out.push(Buffer.from(value).toString('base64'));
  else out.push(escapeXml(String(value)));
  out.push(`</${tag}>`);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

export const escapeXml = (text: string): string =>
  /[&<>"\r]/.test(text) ? text.replace(/[&<>"\r]/g, (found) => ESCAPES[found] ?? found) : text;
