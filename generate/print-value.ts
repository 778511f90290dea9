const LINE_WIDTH = 130;

/** A value as the formatter prints it: on one line where it fits, but several objects in a list each on their own. `before`: what stands in front of it. */
export function printed(value: unknown, indent: number, before: number): string {
  if (typeof value === 'string') return value.includes("'") ? JSON.stringify(value) : `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(([name, part]) => {
    const label = isList ? '' : `${name}: `;
    const text = printed(part, indent + 2, label.length);
    const tooLong = typeof part === 'string' && !isList && indent + 2 + label.length + text.length + ','.length > LINE_WIDTH;
    return tooLong ? `${label.trimEnd()}\n${' '.repeat(indent + 4)}${text}` : label + text;
  });
  const [open, close] = isList ? ['[', ']'] : ['{ ', ' }'];
  const line = open + parts.join(', ') + close;
  const severalObjects = isList && value.length > 1 && typeof value[0] === 'object';
  const fits = indent + before + line.length + ','.length <= LINE_WIDTH;
  if (fits && !severalObjects && !line.includes('\n')) return line;
  const pad = ' '.repeat(indent);
  return `${open.trim()}\n${parts.map((part) => `${pad}  ${part},\n`).join('')}${pad}${close.trim()}`;
}
