/** Checks the import rules, and that modules of every room were really seen. */
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { forbidden, options, rooms } from './import-rules.ts';

const { output } = await cruise(rooms, { ...options, validate: true, ruleSet: { forbidden } }, undefined, {
  tsConfig: extractTSConfig('tsconfig.json'),
});
const { modules, summary } = output as ICruiseResult;

const unseen = rooms.filter((room) => !modules.some(({ source }) => source.startsWith(`${room}/`)));
for (const room of unseen) process.stderr.write(`no module of ${room}/ was seen: the check would pass whatever it imports\n`);
for (const { rule, from, to } of summary.violations) process.stderr.write(`${rule.name}: ${from} → ${to}\n`);
process.stdout.write(
  `${modules.length} modules, ${summary.totalDependenciesCruised} imports, ${summary.violations.length} violations\n`,
);
process.exitCode = unseen.length + summary.violations.length > 0 ? 1 : 0;
