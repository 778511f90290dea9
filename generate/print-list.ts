const LINE_WIDTH = 130;

/** An array between two pieces of code, as the formatter prints it: on one line where it fits, else an item a line. */
export function printList(before: string, items: readonly string[], after: string): string {
  const line = `${before}[${items.join(', ')}]${after}`;
  return line.length <= LINE_WIDTH ? line : `${before}[\n${items.map((item) => `  ${item},\n`).join('')}]${after}`;
}
