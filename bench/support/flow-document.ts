/** The document of a line of a flow log, built as an object: what the bench compares a plan with. It has the fields of `processors/logs/vpcflow.ts`. */
export function flowDocument(columns: readonly string[], values: readonly string[], path: string): object {
  const line: Record<string, string | undefined> = {};
  for (const [index, column] of columns.entries()) if (values[index] !== '-') line[column] = values[index];
  const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
  const instant = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : new Date(Number(text) * 1000).toISOString();
  const isAccepted = line.action === 'ACCEPT';
  const end = instant(line.end);
  return {
    '@timestamp': end,
    ecs: { version: '8.0.0' },
    data_stream: { type: 'logs', dataset: 'aws.vpcflow', namespace: 'default' },
    event: {
      kind: 'event',
      module: 'aws',
      dataset: 'aws.vpcflow',
      ingested: '2026-11-21T00:06:00.000Z',
      category: ['network'],
      type: ['connection', isAccepted ? 'allowed' : 'denied'],
      outcome: isAccepted ? 'success' : 'failure',
      start: instant(line.start),
      end,
      action: line.action,
    },
    cloud: { provider: 'aws', account: { id: line['account-id'], name: 'prod' }, region: 'eu-west-1' },
    log: { file: { path }, offset: 0 },
    source: {
      address: line.srcaddr,
      ip: line.srcaddr,
      port: number(line.srcport),
      bytes: number(line.bytes),
      packets: number(line.packets),
    },
    destination: { address: line.dstaddr, ip: line.dstaddr, port: number(line.dstport) },
    network: {
      bytes: number(line.bytes),
      packets: number(line.packets),
      iana_number: line.protocol,
      transport: line.protocol === '6' ? 'tcp' : 'udp',
      type: 'ipv4',
    },
    related: { ip: [line.srcaddr, line.dstaddr] },
    aws: {
      vpcflow: {
        version: line.version,
        account_id: line['account-id'],
        interface_id: line['interface-id'],
        action: line.action,
        log_status: line['log-status'],
      },
    },
  };
}
