/** Yields the work done per CPU-second of all threads. The measured function returns the amount of its work and must have finished it. */
export async function measure(work: () => number | Promise<number>, expected: number): Promise<number> {
  const before = process.cpuUsage();
  const count = await work();
  const { user, system } = process.cpuUsage(before);
  if (count !== expected) throw new Error(`${count} instead of ${expected}`);
  return expected / ((user + system) / 1e6);
}

export function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}
