/** Settings under which the AWS SDK finds no profile, no credentials and no instance role. */
export const NO_AWS = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

/** The environment of a new process that sees none of the machine's AWS and orgscope settings, and does not report to the test runner. */
export function environmentWithoutAws(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS_|ORGSCOPE_|NODE_TEST_CONTEXT$)/.test(name));
  return { ...Object.fromEntries(inherited), ...NO_AWS, ...env };
}
