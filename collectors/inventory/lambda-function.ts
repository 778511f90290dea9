import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Lambda functions. Values of their environment may be secrets and are left out. */
export const lambdaFunction = declareKind({
  name: 'lambda-function',
  summary: 'Lambda functions with runtime, memory and timeout.',
  service: 'lambda',
  sdk: () => import('@aws-sdk/client-lambda'),
  client: (sdk) => sdk.LambdaClient,
  call: 'ListFunctions',
  scope: 'regional',
  // The service shows at most 50 at once.
  pageSize: 50,
  items: (output) => (output.Functions ?? []).map(withoutValues),
  id: (fn) => fn.FunctionName,
  arn: (fn) => fn.FunctionArn,
  title: (fn) => fn.FunctionName,
  state: (fn) => fn.State,
  // A function has no creation time, only that of its last change.
  fields: [
    {
      name: 'resource.runtime',
      type: 'keyword',
      description: 'Runtime; absent for container images.',
      value: (fn) => fn.Runtime,
    },
    { ...sharedFields.memoryMib, value: (fn) => fn.MemorySize },
    { name: 'resource.timeout_s', type: 'long', description: 'Seconds after which a call is ended.', value: (fn) => fn.Timeout },
    { ...sharedFields.architecture, value: (fn) => fn.Architectures?.[0] },
    { ...sharedFields.vpcId, value: (fn) => fn.VpcConfig?.VpcId || undefined },
    { ...sharedFields.securityGroups, value: (fn) => fn.VpcConfig?.SecurityGroupIds ?? [] },
    { ...sharedFields.description, value: (fn) => fn.Description || undefined },
    { ...sharedFields.sizeBytes, value: (fn) => fn.CodeSize },
    { name: 'resource.last_modified', type: 'date', description: 'When it was last changed.', value: (fn) => fn.LastModified },
  ],
  page: { rank: 5 },
  example: {
    Functions: [
      {
        FunctionName: 'resize',
        FunctionArn: 'arn:aws-cn:lambda:cn-north-1:111111111111:function:resize',
        Runtime: 'nodejs22.x',
        MemorySize: 512,
        Timeout: 30,
        CodeSize: 1048576,
        Architectures: ['arm64'],
        LastModified: '2026-01-02T03:04:05.000+0000',
        Description: 'makes thumbnails',
        Environment: { Variables: { API_KEY: 'secret' } },
      },
      { FunctionName: 'notify', FunctionArn: 'arn:aws-cn:lambda:cn-north-1:111111111111:function:notify', MemorySize: 128 },
    ],
  },
});

/** Replaces the values of environment variables, and keeps the names, which show what the function uses. */
function withoutValues<Function extends { Environment?: { Variables?: Record<string, string> | undefined } | undefined }>(
  fn: Function,
): Function {
  const variables = fn.Environment?.Variables;
  if (variables === undefined) return fn;
  const names = Object.fromEntries(Object.keys(variables).map((name) => [name, '(left out)']));
  return { ...fn, Environment: { ...fn.Environment, Variables: names } };
}
