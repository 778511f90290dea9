import type { Field } from '../core/field.ts';

/** Fields of buckets and objects beside those that all resources share. */
export const s3Fields: readonly Field[] = [
  { name: 's3.bucket.name', type: 'keyword', description: 'Bucket: the one described, or the one that the object is in.' },
  { name: 's3.object.key', type: 'keyword', description: "The object's key." },
  { name: 'resource.size_bytes', type: 'long', description: 'Size in bytes.' },
  { name: 'resource.objects', type: 'long', description: 'How many objects a total (`s3-total`) counts.' },
  { name: 'resource.storage_class', type: 'keyword', description: 'Storage class, such as `STANDARD` or `GLACIER`.' },
  { name: 'resource.etag', type: 'keyword', description: 'ETag without its quotes; changes with the content.' },
  { name: 'resource.extension', type: 'keyword', description: "What follows the last dot of the object's name, in lower case." },
  { name: 'resource.modified', type: 'date', description: 'When the content was last written.' },
  {
    name: 'resource.age_days',
    type: 'long',
    description: 'Whole days from the last change of the content to the sweep.',
  },
  { name: 'aws.s3.bucket', type: 'flattened', description: 'The record as `aws s3api list-buckets` prints it.' },
  { name: 'aws.s3.object', type: 'flattened', description: 'The record as `aws s3api list-objects-v2` prints it.' },
];
