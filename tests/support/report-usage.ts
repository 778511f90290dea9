/** Loaded into a measured process: when it exits, writes its CPU time and peak memory to the file that ORGSCOPE_TEST_USAGE names. */
import { writeFileSync } from 'node:fs';

process.once('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMib: maxRSS / 1024 };
  writeFileSync(process.env.ORGSCOPE_TEST_USAGE as string, JSON.stringify(usage));
});
