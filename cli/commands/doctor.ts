import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import type { DoctorOptions } from '../doctor.ts';

/** The arguments, options and help of `doctor`; its work is loaded when it runs. */
export const doctorCommand = (context: CommandContext): Command =>
  new Command('doctor')
    .summary('check what a run needs, and say how to fix what is missing')
    .description(
      'Checks what a run needs, with few calls, and changes nothing. It checks the lists, the identity of the caller, the clock, ' +
        'access to each account, its regions, permissions (the first page of each kind, in one region), ' +
        'access to each bucket and queue (SQS counts the message that it looks at as received once), and whether an engine (--store) ' +
        'would create indices as orgscope needs them. Exit code 1 if anything failed.',
    )
    .option('--kinds <list>', 'only for these kinds, such as ec2-instance,iam-user (default: all of `orgscope collectors`)')
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope doctor
  $ orgscope doctor --organization --role-name OrgscopeRead
  $ orgscope doctor --kinds ec2-instance,rds-instance --regions eu-west-1
  $ orgscope doctor --json | jq -r '.findings[] | select(.level == "failed") | .next'

✓ succeeded, ! may be a problem, ✗ would fail. While the lists name nothing, there is nothing to check, and doctor makes no call to AWS.`,
    )
    .option('--all', 'list each account and region, instead of one line per cause')
    .action(async (given: DoctorOptions, command: Command) => {
      const { doctor } = await import('../doctor.ts');
      await doctor(context, given, command);
    });
