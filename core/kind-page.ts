/** What search and the resource page know of a kind beside its documents: plain data of its declaration in `collectors/inventory/`. */
export interface KindPage {
  /** Where search lists it: the kinds that people look for first have 1, 2, …; `last` comes after all kinds without a rank. */
  readonly rank?: number | 'last';
  /** There are too many to find one by the first letters: only a whole id, name or ARN finds it. */
  readonly byWholeNameOnly?: true;
  /** It describes another resource, or there are too many of it to list: it is not shown among the connected resources. */
  readonly neverConnected?: true;
  /** Its id is a name that no other resource in the world has. */
  readonly uniqueId?: true;
  /** Where its id is a name, which is unique only within a kind, an account and a region: fields of other kinds that hold it. */
  readonly nameFields?: readonly string[];
  /** How members of other records that hold its name end, such as `DBInstanceIdentifier`; default: `Dimensions.Value`. */
  readonly nameMembers?: readonly string[];
  /** Kinds of its parts: what names a part (a snapshot its volume) is shown as connected to the whole (the instance). */
  readonly parts?: readonly string[];
  /**
   * It admits traffic: its page, and the pages of what it protects, show its rules. `surroundings` are the kinds that are connected to it without
   * being protected by it.
   */
  readonly accessRules?: { readonly surroundings: readonly string[] };
}

/** The same with the kind's name, for rooms that import no kind. */
export interface KindFacts extends KindPage {
  readonly name: string;
  /** The field of its untouched record, such as `aws.ec2.instance`. */
  readonly recordField: string;
}
