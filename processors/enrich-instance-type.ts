import type { Json } from '../core/json.ts';

export interface TypeSize {
  readonly vcpus: number;
  readonly memoryMib: number;
}

/** vCPUs and memory of an instance type. They are null and not 0 for an unknown type, since 0 would make totals wrong without notice. */
export function enrichInstanceType(type: string | undefined, sizes: ReadonlyMap<string, TypeSize>): Record<string, Json> {
  const size = type === undefined ? undefined : sizes.get(type);
  return {
    'resource.vcpus': size?.vcpus ?? null,
    'resource.memory_mib': size?.memoryMib ?? null,
    'resource.memory_gib': size === undefined ? null : size.memoryMib / 1024,
  };
}

/**
 * `db.m5.large` → `m5.large`: a database class has the size of the EC2 type of that name. Undefined for `db.serverless`, which
 * has no fixed size, and for classes with more memory than their type (`db.r5.large.tpc2.mem4x`), which EC2 does not know.
 */
export function typeOfDatabaseClass(databaseClass: string | undefined): string | undefined {
  return /^db\.([^.]+\.[^.]+)$/.exec(databaseClass ?? '')?.[1];
}
