/** Loaded into a measured process: writes what it used to the file that ORGSCOPE_TEST_USAGE names, as it exits. */
import { writeFileSync } from 'node:fs';

process.once('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMib: maxRSS / 1024 };
  writeFileSync(process.env.ORGSCOPE_TEST_USAGE as string, JSON.stringify(usage));
});
