import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Second factors of users, hardware and virtual. */
export const iamMfaDevice = declareKind({
  name: 'iam-mfa-device',
  summary: 'MFA devices of IAM users.',
  service: 'iam',
  sdk: () => import('@aws-sdk/client-iam'),
  client: (sdk) => sdk.IAMClient,
  call: 'ListMFADevices',
  calls: ['ListUsers'],
  scope: 'global',
  pageSize: 1000,
  inputs: async function* (ask) {
    for await (const { Users } of ask('ListUsers', {}, { pageSize: 1000 }))
      for (const { UserName } of Users ?? []) if (UserName) yield { UserName };
  },
  about: ({ UserName }) => UserName,
  items: (output) => output.MFADevices ?? [],
  id: (device) => device.SerialNumber,
  arn: (device) => (device.SerialNumber?.startsWith('arn:') === true ? device.SerialNumber : undefined),
  title: (device) => device.UserName,
  created: (device) => device.EnableDate,
  fields: [{ ...sharedFields.userName, value: (device) => device.UserName }],
  example: {
    MFADevices: [
      { UserName: 'ana', SerialNumber: 'arn:aws-cn:iam::111111111111:mfa/ana', EnableDate: '2026-01-02T03:04:05.000Z' },
      { UserName: 'ana', SerialNumber: 'GAHT12345678', EnableDate: '2026-01-02T03:04:05.000Z' },
    ],
  },
  examples: {
    ListUsers: {
      Users: [
        { UserName: 'ana', UserId: 'AIDA', Arn: '', Path: '/', CreateDate: '2026-01-02T03:04:05.000Z' },
        { UserName: 'bo', UserId: 'AIDB', Arn: '', Path: '/', CreateDate: '2026-01-02T03:04:05.000Z' },
      ],
    },
  },
});
