import { z } from 'zod';

/** An object of these members and no others, whose type is read-only. */
export const shape = <Members extends z.ZodRawShape>(members: Members) => z.strictObject(members).readonly();

/** A list whose type is read-only. */
export const listOf = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).readonly();

/** What another room writes and checks, such as a run's report: its type alone is said here. */
export const typed = <Type>() => z.custom<Type>((value) => value !== undefined);

export const count = z.int().min(0);
export const textOrNull = z.string().nullable();
