import { byteCache } from '../byte-cache.ts';
import {
  binaryOf,
  constantPart,
  keptPart,
  memory,
  type Part,
  scratchPart,
  splitAddress,
  splitRequest,
} from '../record-memory.ts';
import { setOutcome } from './http-outcome.ts';
import { inventoryName } from './inventory-name.ts';
import { keptJson } from './json-part.ts';
import type { DeriveSlots } from './line-format.ts';
import { endOf, isPresent, setPart, setSame, startOf } from './line-slots.ts';
import { REQUEST_SLOTS } from './request-slots.ts';
import { AGENT_SLOTS, setUserAgent } from './user-agent-slots.ts';

/** Gives the number of a slot, -1 for a field that the layout lacks. */
type SlotOf = (name: string) => number;

/** What is derived of lines of some layout and of no other. */
export const ELB_SLOTS: readonly string[] = [
  'category',
  'outcome',
  'protocol',
  'balancer',
  ...['clientAddress', 'clientPort', 'targetAddress', 'targetPort'],
  ...['requestBytes', 'responseBytes', 'sourceBytes', 'destinationBytes'],
  ...['actions', 'targets', 'targetStatuses', 'serviceName'],
  ...['alpnPreferences', 'verifyStatus', 'verifyError', 'certNotBefore', 'certNotAfter'],
];

const HTTP = constantPart('"http"');
const TCP = constantPart('"tcp"');
const WEB = constantPart('["web"]');
const NETWORK = constantPart('["network"]');

const listOf = (separator: string) =>
  byteCache((from, to) => keptJson(memory.toString('utf8', from, to).split(separator).filter(Boolean)));
const actionsOf = listOf(',');
const itemsOf = listOf(' ');
/** `"h2","http/1.1"`, in which each quote may be escaped. */
const preferencesOf = byteCache((from, to) => keptJson(memory.toString('utf8', from, to).replaceAll(/["\\]/g, '').split(',')));
/** `NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z` */
const validityOf = byteCache((from, to): { readonly notBefore: Part; readonly notAfter: Part } => {
  const [, notBefore, notAfter] = /^NotBefore=(\d[\d:TZ-]+);NotAfter=(\d[\d:TZ-]+)$/.exec(binaryOf(from, to)) ?? [];
  return { notBefore: keptJson(notBefore), notAfter: keptJson(notAfter) };
});
const OUTCOMES: Readonly<Record<string, string>> = { Success: 'success', Failed: 'failure' };
/** `Success` or `Failed:ClientCertUntrusted` */
const verificationOf = byteCache((from, to): { readonly status: Part; readonly error: Part; readonly outcome: Part } => {
  const [status = '', error] = memory.toString('utf8', from, to).split(':', 2);
  return { status: keptJson(status), error: keptJson(error), outcome: keptJson(OUTCOMES[status]) };
});
/** `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/…` */
const ownerOf = byteCache((from, to): { readonly region: Part; readonly account: Part } => {
  const [, , , region = '', account = ''] = binaryOf(from, to).split(':');
  return { region: keptPart(region), account: keptPart(account) };
});
const nameService = inventoryName((names, arn) => names.ofTargetGroup(arn)?.service);

/** Requests, of application balancers and classic ones. Of classic ones also connections, which have neither a status nor a request. */
export function requestSlots(slot: SlotOf, isApplication: boolean): DeriveSlots {
  const [category, outcome, protocol, balancer] = [slot('category'), slot('outcome'), slot('protocol'), slot('balancer')];
  const [elb, client, clientAddress] = [slot('elb'), slot('client:port'), slot('clientAddress')];
  const [target, targetAddress] = [slot('target:port'), slot('targetAddress')];
  const [status, targetStatus] = [slot('elb_status_code'), slot('target_status_code')];
  const [received, sent] = [slot('received_bytes'), slot('sent_bytes')];
  const [requestBytes, responseBytes] = [slot('requestBytes'), slot('responseBytes')];
  const [sourceBytes, destinationBytes] = [slot('sourceBytes'), slot('destinationBytes')];
  const [request, method] = [slot('request'), slot(REQUEST_SLOTS[0])];
  const [agent, agentName] = [slot('user_agent'), slot(AGENT_SLOTS[0])];
  const deriveMore = isApplication ? applicationSlots(slot) : undefined;

  return (object) => {
    setSame(balancer, elb);
    if (isPresent(client)) splitAddress(startOf(client), endOf(client), clientAddress);
    if (isPresent(target)) splitAddress(startOf(target), endOf(target), targetAddress);
    if (isPresent(request)) splitRequest(request, method);
    const isHttp = isApplication || isPresent(status) || isPresent(targetStatus) || isPresent(method) || isPresent(method + 1);
    setPart(protocol, isHttp ? HTTP : TCP);
    setPart(category, isHttp ? WEB : NETWORK);
    setSame(isHttp ? requestBytes : sourceBytes, received);
    setSame(isHttp ? responseBytes : destinationBytes, sent);
    setOutcome(status, outcome);
    setUserAgent(agent, agentName);
    return deriveMore?.(object);
  };
}

function applicationSlots(slot: SlotOf): DeriveSlots {
  const lists = [
    { from: slot('actions_executed'), to: slot('actions'), make: actionsOf },
    { from: slot('target:port_list'), to: slot('targets'), make: itemsOf },
    { from: slot('target_status_code_list'), to: slot('targetStatuses'), make: itemsOf },
  ];
  const [targetGroup, serviceName] = [slot('target_group_arn'), slot('serviceName')];
  const [account, region] = [slot('account'), slot('region')];

  return (object) => {
    for (const { from, to, make } of lists) if (isPresent(from)) setPart(to, make(startOf(from), endOf(from)));
    nameService(object.names, targetGroup, serviceName);
    if (object.account === undefined && isPresent(targetGroup)) {
      const owner = ownerOf(startOf(targetGroup), endOf(targetGroup));
      setPart(account, owner.account);
      setPart(region, owner.region);
    }
    return undefined;
  };
}

/** TLS connections of network balancers. */
export function transferSlots(slot: SlotOf): DeriveSlots {
  const [category, protocol, balancer, elb] = [slot('category'), slot('protocol'), slot('balancer'), slot('elb')];
  const [client, clientAddress] = [slot('client:port'), slot('clientAddress')];
  const [target, targetAddress] = [slot('target:port'), slot('targetAddress')];
  const [received, sourceBytes] = [slot('received_bytes'), slot('sourceBytes')];
  const [sent, destinationBytes] = [slot('sent_bytes'), slot('destinationBytes')];
  const [list, preferences] = [slot('alpn_client_preference_list'), slot('alpnPreferences')];

  return () => {
    setPart(category, NETWORK);
    setPart(protocol, TCP);
    setSame(balancer, elb);
    if (isPresent(client)) splitAddress(startOf(client), endOf(client), clientAddress);
    if (isPresent(target)) splitAddress(startOf(target), endOf(target), targetAddress);
    setSame(sourceBytes, received);
    setSame(destinationBytes, sent);
    if (isPresent(list)) setPart(preferences, preferencesOf(startOf(list), endOf(list)));
    return undefined;
  };
}

/** `…/conn_log.123456789012_elasticloadbalancing_eu-west-1_app.shop.50dc6c495c0c9188_…` */
const NAMED_BALANCER = /_elasticloadbalancing_[^_/]+_(app)\.([\w-]+)\.([0-9a-f]+)_[^/]*$/;

/** Connections of application balancers, whose lines do not name the balancer: the object's name does. */
export function connectionSlots(slot: SlotOf): DeriveSlots {
  const [category, protocol, outcome, balancer] = [slot('category'), slot('protocol'), slot('outcome'), slot('balancer')];
  const [clientAddress, clientPort] = [slot('clientAddress'), slot('clientPort')];
  const [client, port] = [slot('client_ip'), slot('client_port')];
  const [validity, notBefore, notAfter] = [slot('leaf_client_cert_validity'), slot('certNotBefore'), slot('certNotAfter')];
  const [verification, status, error] = [slot('tls_verify_status'), slot('verifyStatus'), slot('verifyError')];

  return (object) => {
    setPart(category, NETWORK);
    setPart(protocol, TCP);
    const name = NAMED_BALANCER.exec(object.name)?.slice(1).join('/');
    if (name !== undefined) setPart(balancer, scratchPart(name));
    setSame(clientAddress, client);
    setSame(clientPort, port);
    if (isPresent(validity)) {
      const dates = validityOf(startOf(validity), endOf(validity));
      setPart(notBefore, dates.notBefore);
      setPart(notAfter, dates.notAfter);
    }
    if (isPresent(verification)) {
      const verified = verificationOf(startOf(verification), endOf(verification));
      setPart(status, verified.status);
      setPart(error, verified.error);
      setPart(outcome, verified.outcome);
    }
    return undefined;
  };
}
