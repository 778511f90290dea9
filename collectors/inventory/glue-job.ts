import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Glue jobs. Default arguments may hold secrets and are left out. */
export const glueJob = declareKind({
  name: 'glue-job',
  summary: 'Glue jobs with version, worker type and timeout.',
  service: 'glue',
  sdk: () => import('@aws-sdk/client-glue'),
  client: (sdk) => sdk.GlueClient,
  call: 'GetJobs',
  scope: 'regional',
  pageSize: 100,
  items: (output) => (output.Jobs ?? []).map(({ DefaultArguments: _, NonOverridableArguments: __, ...job }) => job),
  id: (job) => job.Name,
  arn: (job, place) => arn(place, 'glue', `job/${job.Name}`),
  title: (job) => job.Name,
  created: (job) => job.CreatedOn,
  fields: [
    { ...sharedFields.description, value: (job) => job.Description || undefined },
    { ...sharedFields.role, value: (job) => job.Role },
    { name: 'resource.glue_version', type: 'keyword', description: 'Version of Glue.', value: (job) => job.GlueVersion },
    { name: 'resource.worker_type', type: 'keyword', description: 'Size of its workers.', value: (job) => job.WorkerType },
    { name: 'resource.workers', type: 'long', description: 'How many workers it has.', value: (job) => job.NumberOfWorkers },
  ],
  example: {
    Jobs: [
      {
        Name: 'nightly',
        Role: 'arn:aws-cn:iam::111111111111:role/glue',
        CreatedOn: '2026-01-02T03:04:05.000Z',
        GlueVersion: '5.0',
        WorkerType: 'G.1X',
        NumberOfWorkers: 4,
        Description: 'loads orders',
        DefaultArguments: { '--password': 'secret' },
        NonOverridableArguments: { '--key': 'secret' },
      },
      { Name: 'hourly', GlueVersion: '4.0' },
    ],
  },
});
