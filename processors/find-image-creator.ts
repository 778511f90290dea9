import { type Json, type JsonObject, memberAt, textOf } from '../core/json.ts';

/** The tags in which people and tools name the creator of a resource. */
const CREATOR_TAG = /^(aws:)?(created[-_ ]?by|creator|user:?created[-_ ]?by|made[-_ ]?by)$/i;

/** The calls that create an image. */
export const IMAGE_CALLS = ['CreateImage', 'RegisterImage', 'CopyImage', 'ImportImage'];

export type Creators = ReadonlyMap<string, { readonly account: string | undefined; readonly user: string | undefined }>;

/** The creators of images by image id, from the events (documents of `awscli-trail-*`) that created them. */
export function creatorsFrom(events: readonly Json[]): Creators {
  const creators = new Map<string, { account: string | undefined; user: string | undefined }>();
  for (const event of events) {
    const account = textOf(memberAt(event, 'cloud', 'account', 'id'));
    const user = textOf(memberAt(event, 'user', 'name')) ?? textOf(memberAt(event, 'aws', 'cloudtrail', 'user_identity', 'arn'));
    const entities = memberAt(event, 'related', 'entity');
    for (const entity of Array.isArray(entities) ? entities : [entities]) {
      // A copy names the image that it was made from as well; the first event of an image is the one that made it.
      if (typeof entity === 'string' && entity.startsWith('ami-') && !creators.has(entity))
        creators.set(entity, { account, user });
    }
  }
  return creators;
}

/** The creator of an image: the user from its tags, else from the event; the account from the event, else its owner. */
export function imageCreator(
  image: JsonObject,
  tags: Readonly<Record<string, string>>,
  creators: Creators,
): Record<string, Json> {
  const creator = creators.get(textOf(image.ImageId) ?? '');
  const tagged = Object.entries(tags).find(([name, value]) => CREATOR_TAG.test(name) && value !== '')?.[1];
  const user = tagged ?? creator?.user;
  const account = creator?.account ?? textOf(image.OwnerId);
  return {
    ...(user === undefined
      ? {}
      : { 'resource.created_by': user, 'resource.created_by_source': tagged === undefined ? 'event' : 'tag' }),
    ...(account === undefined ? {} : { 'resource.created_by_account': account }),
  };
}
