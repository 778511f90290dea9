/** The command line: reads the arguments, runs one command, and turns what went wrong into one message and an exit code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { CommandContext } from '../app/command-context.ts';
import { projectRoot, readEnvironment } from '../app/environment.ts';
import { stopSignal } from '../app/stop-signal.ts';
import { terminal } from '../app/terminal.ts';
import { formatProblem, toProblem } from '../core/problem.ts';
import { shownLine } from '../core/shown-line.ts';
import { backfillCommand } from './commands/backfill.ts';
import { collectorsCommand } from './commands/collectors.ts';
import { copyCommand } from './commands/copy.ts';
import { dashboardsCommand } from './commands/dashboards.ts';
import { doctorCommand } from './commands/doctor.ts';
import { importCommand } from './commands/import.ts';
import { policyCommand } from './commands/policy.ts';
import { pruneCommand } from './commands/prune.ts';
import { queueCommand } from './commands/queue.ts';
import { runCommand } from './commands/run.ts';
import { searchCommand } from './commands/search.ts';
import { setupCommand } from './commands/setup.ts';
import { sqlCommand } from './commands/sql.ts';
import { statusCommand } from './commands/status.ts';
import { upCommand } from './commands/up.ts';
import { workerCommand } from './commands/worker.ts';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };

const context: CommandContext = {
  version,
  environment: readEnvironment(),
  stop: stopSignal(),
  out: terminal(process.stdout),
  err: terminal(process.stderr),
};

const program = new Command('orgscope')
  .description('One view of your whole AWS organisation: what it runs, who did what, which files it stores and what it costs.')
  .version(version)
  .option('--data <dir>', 'folder of the store (default: ./data, or ORGSCOPE_DATA)')
  .option('--store <place>', 'duckdb, or http(s)://host:port of Elasticsearch or OpenSearch (default: duckdb, or ORGSCOPE_STORE)')
  .option('--store-ca <file>', 'PEM file of the CA that signed the certificate of the store')
  .option('--store-sigv4 <region>', 'sign requests to the store for Amazon OpenSearch Service; REGION/aoss for serverless')
  .option('--lists <dir>', 'folder of account.txt, trails.txt, billing.txt, … (default: lists, or ORGSCOPE_LISTS)')
  .option('--organization', 'read every account of the organisation instead of those in lists/account.txt')
  .option('--role-name <name>', 'role to assume in member accounts (default: OrganizationAccountAccessRole)')
  .option('--external-id <id>', 'external id that the trust policy of the member role requires')
  .option(
    '--profile <name>',
    'profile whose credentials list the organisation, assume roles and read an s3:// source (default: credentials as the AWS SDK finds them)',
  )
  .option('--regions <list>', 'regions to read, such as eu-west-1,us-east-1 (default: those enabled in each account)')
  .option('--preserve-original', 'also keep each CloudTrail record and each log line as text, in event.original')
  .option('--community-id', 'also give each flow its Community ID, in network.community_id')
  .option(
    '--geo-city <file>',
    'GeoLite2-City.mmdb or another database in this format, for the locations of addresses in trails and logs (or ORGSCOPE_GEO_CITY)',
  )
  .option('--geo-asn <file>', 'GeoLite2-ASN.mmdb, for the networks of these addresses (or ORGSCOPE_GEO_ASN)')
  .option('--inactive-after <days>', 'days without activity after which a user counts as inactive (default: 90)')
  .option(
    '--history <what>',
    'what awscli-* keeps of each sweep: all (S3 objects too), or changes (resources that are new, changed or not yet stored that day); default: all resources, and the totals of S3 objects',
  )
  .option('--sample', 'use the sample organisation even if you have data or accounts of your own')
  .option('--json', 'print JSON')
  .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
  .showHelpAfterError('(add --help for what the command takes)')
  .configureOutput({ writeOut: (text) => void context.out.write(text), writeErr: (text) => void context.err.write(text) })
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  $ orgscope up                                         all pipelines and the page at http://127.0.0.1:8686
  $ orgscope up --organization --role-name OrgscopeRead every account of your organisation
  $ orgscope run trails --source ./CloudTrail           a folder of CloudTrail objects, or s3://bucket/prefix
  $ orgscope search 'awscli-trail-*' 'event.outcome:failure AND user.name:ana' --count
  $ orgscope sql 'SELECT "event.action", count(*) FROM awscli_trail GROUP BY 1 ORDER BY 2 DESC'
  $ orgscope policy > policy.json                       the least IAM policy for reading
  $ orgscope doctor                                     checks what a run needs: accounts, permissions, clock, lists

Which data:
  While the lists name nothing and --organization is not given, \`up\` and \`run\` work on a sample organisation and make no
  call to AWS. The sample has its own store (DATA/sample/), separate from yours (DATA/orgscope.duckdb). With --source,
  \`run\` reads your files into your store. The other commands use your store if it exists, else the sample's.
  While \`up\` runs, it holds the embedded store, and the other commands use the store through \`up\`. With --store they connect to the
  engine directly (docs/stores.md); an engine holds either your own data or the sample.

In a checkout, \`orgscope\` is \`npm run -s orgscope --\`. Exit codes: 0 done, 1 something failed, 2 wrong usage.`,
  );

for (const add of [
  upCommand,
  runCommand,
  backfillCommand,
  workerCommand,
  queueCommand,
  statusCommand,
  searchCommand,
  sqlCommand,
  importCommand,
  pruneCommand,
  setupCommand,
  copyCommand,
  doctorCommand,
  policyCommand,
  collectorsCommand,
  dashboardsCommand,
]) {
  // `command()` passes settings such as the exit override on to subcommands; `addCommand()` does not.
  const command = add(context).copyInheritedSettings(program);
  for (const part of command.commands) part.copyInheritedSettings(program);
  program.addCommand(command);
}

// `orgscope search … | head` closes the pipe once it has read enough; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await main();

async function main(): Promise<number> {
  try {
    await program.parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // commander has printed its message already; a request for help is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const problem = toProblem(error);
    context.err.write(`orgscope: ${shownLine(formatProblem(problem))}\n`);
    if (problem.code === 'unexpected' && error instanceof Error) context.err.write(`${error.stack}\n`);
    return problem.code === 'usage' ? 2 : 1;
  }
}
