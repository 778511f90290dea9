/** Prints one line of a bench as JSON. */
export const printLine = (line: object): void => console.log(JSON.stringify(line));

/** Three digits are more than a measurement is good for. */
export const rounded = (value: number): number => Number(value.toFixed(3));
