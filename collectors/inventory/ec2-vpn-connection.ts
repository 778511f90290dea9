import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Site-to-site VPN connections. Their configuration contains the keys of the tunnels, and is left out. */
export const ec2VpnConnection = declareKind({
  name: 'ec2-vpn-connection',
  summary: 'Site-to-site VPN connections and the state of their tunnels.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeVpnConnections',
  scope: 'regional',
  items: (output) => (output.VpnConnections ?? []).map(withoutKeys),
  id: (connection) => connection.VpnConnectionId,
  arn: (connection, place) => arn(place, 'ec2', `vpn-connection/${connection.VpnConnectionId}`),
  state: (connection) => connection.State,
  tags: (connection) => connection.Tags,
  fields: [
    { ...sharedFields.transitGatewayId, value: (connection) => connection.TransitGatewayId },
    {
      name: 'resource.vpn_gateway_id',
      type: 'keyword',
      description: 'Virtual private gateway at the side of AWS.',
      value: (connection) => connection.VpnGatewayId,
    },
    {
      name: 'resource.customer_gateway_id',
      type: 'keyword',
      description: 'Customer gateway at the other side.',
      value: (connection) => connection.CustomerGatewayId,
    },
    {
      name: 'resource.tunnels_up',
      type: 'long',
      description: 'How many of its tunnels are up.',
      value: (connection) => (connection.VgwTelemetry ?? []).filter(({ Status }) => Status === 'UP').length,
    },
  ],
  volatile: ['VgwTelemetry'],
  example: {
    VpnConnections: [
      {
        VpnConnectionId: 'vpn-0a1b2c3d4e5f60718',
        State: 'available',
        Type: 'ipsec.1',
        VpnGatewayId: 'vgw-0a1b2c3d4e5f60718',
        CustomerGatewayId: 'cgw-0a1b2c3d4e5f60718',
        CustomerGatewayConfiguration: '<secret/>',
        Options: { StaticRoutesOnly: true, TunnelOptions: [{ OutsideIpAddress: '203.0.113.20', PreSharedKey: 'secret' }] },
        VgwTelemetry: [{ OutsideIpAddress: '203.0.113.20', Status: 'UP', AcceptedRouteCount: 1 }],
        Tags: [{ Key: 'Name', Value: 'office' }],
      },
      { VpnConnectionId: 'vpn-1a1b2c3d4e5f60718', State: 'deleted', Type: 'ipsec.1' },
    ],
  },
});

/** `CustomerGatewayConfiguration` and `PreSharedKey` contain the secrets of the tunnels. */
function withoutKeys<
  Connection extends {
    CustomerGatewayConfiguration?: unknown;
    Options?: { TunnelOptions?: { PreSharedKey?: unknown }[] | undefined } | undefined;
  },
>(connection: Connection): Connection {
  const { CustomerGatewayConfiguration: _, ...rest } = connection;
  const tunnels = rest.Options?.TunnelOptions?.map(({ PreSharedKey: __, ...tunnel }) => tunnel);
  return { ...rest, ...(tunnels === undefined ? {} : { Options: { ...rest.Options, TunnelOptions: tunnels } }) } as Connection;
}
