import { isIP } from 'node:net';
import type { AddressLocation } from '../core/address-location.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { parseUserAgent } from './parse-user-agent.ts';
import { nest, objectOf, pair, printed, quoteAscii, quoteText, wellFormed, wellFormedTexts } from './quoted-json.ts';
import { binaryOf, constantPart, denseOf, jsonAt, keptPart, NOTHING, type Part, scratchPart } from './record-memory.ts';
import { TRAIL_ACTIONS } from './trail-actions.ts';
import { instant } from './trail-instant.ts';

/**
 * Reads the parts of CloudTrail records that repeat from event to event (the caller, the address, the user agent, TLS, the action) and yields
 * each as the piece of the document that it becomes. The encoder keeps the results by the part's bytes.
 */

/** A JSON text: as a part with its quotes, and as a binary string without them. */
export interface Quoted {
  readonly part: Part;
  readonly text: string;
}

/** What the encoder needs of `userIdentity`. */
export interface Caller {
  /** `,"id":"…"` of the field `user`, or empty. */
  readonly userId: Part;
  /** Quoted, or empty. */
  readonly userName: Part;
  /** `,"email":"…"` of the field `user`, or empty. */
  readonly email: Part;
  /** `,"user_identity":{…}`, or empty. */
  readonly identity: Part;
  /** The members without a field, or empty. */
  readonly other: Part;
  readonly account: Quoted | undefined;
  /** Quoted, or empty. */
  readonly related: Part;
}

export const NOBODY: Caller = {
  userId: NOTHING,
  userName: NOTHING,
  email: NOTHING,
  identity: NOTHING,
  other: NOTHING,
  account: undefined,
  related: NOTHING,
};

export const readQuoted = (from: number, to: number): Quoted => quotedOf(wellFormed(binaryOf(from, to)));

/** A JSON text with its quotes, which are all that it may escape. */
export const quotedOf = (quoted: string): Quoted => ({ part: keptPart(quoted), text: quoted.slice(1, -1) });

export function readCaller(from: number, to: number): Caller {
  const identity = jsonAt(from, to);
  const session = objectOf(identity.sessionContext);
  const attributes = objectOf(session.attributes);
  const issuer = objectOf(session.sessionIssuer);
  /** Takes a text out of its object as JSON, so that only members without a field remain in the object. */
  const take = (object: JsonObject, key: string): string => {
    const quoted = quoteText(object[key]);
    if (quoted !== '') delete object[key];
    return quoted;
  };
  const created = typeof attributes.creationDate === 'string' ? instant(attributes.creationDate) : undefined;
  if (created !== undefined) delete attributes.creationDate;
  if (typeof attributes.mfaAuthenticated === 'boolean') attributes.mfaAuthenticated = String(attributes.mfaAuthenticated);
  const ownName = take(identity, 'userName');
  const issuerName = ownName === '' ? take(issuer, 'userName') : '';
  const account = take(identity, 'accountId');
  const onBehalfOf = objectOf(identity.onBehalfOf);
  const principal = take(identity, 'principalId');
  // A user of Identity Center has no principal of IAM.
  const userId = principal !== '' || identity.type !== 'IdentityCenterUser' ? principal : take(onBehalfOf, 'userId');
  const userName = ownName !== '' ? ownName : issuerName;
  const fields = nest(
    ',"user_identity":{',
    pair(',"type":', take(identity, 'type')) +
      pair(',"arn":', take(identity, 'arn')) +
      pair(',"access_key_id":', take(identity, 'accessKeyId')) +
      nest(
        ',"session_context":{',
        pair(',"mfa_authenticated":', take(attributes, 'mfaAuthenticated')) +
          pair(',"creation_date":', quoteAscii(created)) +
          nest(
            ',"session_issuer":{',
            pair(',"type":', take(issuer, 'type')) +
              pair(',"principal_id":', take(issuer, 'principalId')) +
              pair(',"arn":', take(issuer, 'arn')) +
              pair(',"account_id":', take(issuer, 'accountId')),
          ),
      ) +
      pair(',"invoked_by":', take(identity, 'invokedBy')),
  );
  return {
    userId: keptPart(pair(',"id":', userId)),
    userName: keptPart(userName),
    email: keptPart(emailOf(userName)),
    identity: keptPart(fields),
    other: keptPart(denseText(Buffer.from(JSON.stringify(identity)).toString('latin1'))),
    account: account === '' ? undefined : quotedOf(account),
    related: keptPart(ownName),
  };
}

function denseText(json: string): string {
  const { at, length } = denseOf(json);
  return wellFormedTexts(binaryOf(at, at + length));
}

/** `,"email":…` of a quoted name that is an address of e-mail, else empty. */
export const emailOf = (quoted: string): string => (quoted.indexOf('@') > 1 ? `,"email":${quoted}` : '');

/** What the encoder needs of `eventName`. */
export interface Action {
  /** `,"category":[…],"type":[…]` of the field `event`. */
  readonly classes: Part;
  /** As a string with its quotes. */
  readonly quoted: string;
  readonly isLogin: boolean;
  /** Whether the response holds the id of a user or a group that was created. */
  readonly creates: boolean;
}

const ACTIONS = new Map(
  Object.entries(TRAIL_ACTIONS).map(([action, { category, type }]) => [
    `"${action}"`,
    constantPart(`,"category":${JSON.stringify(category)}${type.length === 0 ? '' : `,"type":${JSON.stringify(type)}`}`),
  ]),
);
const OTHER_ACTION = constantPart(',"type":"info"');

export const NO_ACTION: Action = { classes: OTHER_ACTION, quoted: '', isLogin: false, creates: false };

export function readAction(from: number, to: number): Action {
  const quoted = wellFormed(binaryOf(from, to));
  return {
    classes: ACTIONS.get(quoted) ?? OTHER_ACTION,
    quoted,
    isLogin: quoted === '"ConsoleLogin"',
    creates: quoted === '"CreateUser"' || quoted === '"CreateGroup"',
  };
}

/** What the encoder needs of `eventSource`. */
export interface Provider {
  /** `,"service":{"name":"ec2"}` of `ec2.amazonaws.com`. */
  readonly service: Part;
  /** Whether its events are sign-ins, which say their outcome under the event's name. */
  readonly isSignIn: boolean;
}

export const NO_PROVIDER: Provider = { service: NOTHING, isSignIn: false };

const SIGN_IN_SERVICES: ReadonlySet<string> = new Set(['signin.amazonaws.com', 'sso.amazonaws.com']);

export function readProvider(from: number, to: number): Provider {
  const text = wellFormed(binaryOf(from, to)).slice(1, -1);
  const name = text.split('.', 1)[0] as string;
  return {
    service: keptPart(nest(',"service":{', pair(',"name":', quoteAscii(name)))),
    isSignIn: SIGN_IN_SERVICES.has(text),
  };
}

/** What the encoder needs of `sourceIPAddress`. */
export interface Address {
  /** `,"source":{…}`, or empty. */
  readonly source: Part;
  /** Quoted, or empty. */
  readonly ip: Part;
}

export const NO_ADDRESS: Address = { source: NOTHING, ip: NOTHING };

/** The address, and the IP where it is one: services call from a name such as `ec2.amazonaws.com`. */
export function readAddress(
  from: number,
  to: number,
  locate: ((ip: string) => AddressLocation | undefined) | undefined,
): Address {
  const quoted = wellFormed(binaryOf(from, to));
  const address = quoted.slice(1, -1);
  // A zone (`fe80::1%eth0`) is an address to Node and none to a store.
  if (isIP(address) === 0 || address.includes('%')) return { source: keptPart(`,"source":{"address":${quoted}}`), ip: NOTHING };
  const { geo, as } = locate?.(address) ?? {};
  const known = pair(',"geo":', printed(geo)) + pair(',"as":', printed(as));
  return { source: keptPart(`,"source":{"address":${quoted},"ip":${quoted}${known}}`), ip: keptPart(quoted) };
}

/** `,"user_agent":{…}`. */
export function readAgent(from: number, to: number): Part {
  const original = wellFormed(binaryOf(from, to));
  const { name, version, os, device } = parseUserAgent(JSON.parse(Buffer.from(original, 'latin1').toString('utf8')));
  const fields =
    pair(',"name":', quoteText(name)) +
    pair(',"version":', quoteText(version)) +
    nest(',"os":{', pair(',"name":', quoteText(os?.name)) + pair(',"version":', quoteText(os?.version))) +
    nest(',"device":{', pair(',"name":', quoteText(device)));
  return keptPart(`,"user_agent":{"original":${original}${fields}}`);
}

/** `,"tls":{…}`, or empty. */
export function readTls(from: number, to: number): Part {
  const details = jsonAt(from, to);
  const version = details.tlsVersion;
  // `TLSv1.2`; some services write a bare number.
  const parts = typeof version === 'string' ? /^([A-Za-z]+)v(\d+(?:\.\d+)?)$/.exec(version) : null;
  const fields =
    pair(',"version":', parts === null ? quoteText(version) : quoteAscii(parts[2])) +
    pair(',"version_protocol":', parts === null ? '' : quoteAscii(parts[1]?.toLowerCase())) +
    pair(',"cipher":', quoteText(details.cipherSuite)) +
    nest(',"client":{', pair(',"server_name":', quoteText(details.clientProvidedHostHeader)));
  return keptPart(nest(',"tls":{', fields));
}

/** `,"console_login":{…}` of the `additionalEventData` of a sign-in, or empty. */
export function readLogin(from: number, to: number): Part {
  const data = jsonAt(from, to);
  const yes = (value: Json | undefined): string => (value === undefined ? '' : String(value === 'Yes' || value === true));
  const fields =
    pair(',"login_to":', quoteText(data.LoginTo)) +
    pair(',"mfa_used":', yes(data.MFAUsed)) +
    pair(',"mobile_version":', yes(data.MobileVersion));
  return scratchPart(nest(',"console_login":{', nest(',"additional_eventdata":{', fields)));
}

/** The ids, quoted, of the user or the group that the response of `CreateUser` or `CreateGroup` describes; empty where it does not. */
export function readCreated(from: number, to: number): { readonly userId: Part; readonly groupId: Part } {
  const response = jsonAt(from, to);
  return {
    userId: scratchPart(quoteText(objectOf(response.user).userId)),
    groupId: scratchPart(quoteText(objectOf(response.group).groupId)),
  };
}
