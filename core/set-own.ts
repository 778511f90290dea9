/** Sets a member of any name. Assigning `__proto__`, which may be the name of a tag, would change the object's prototype instead. */
export function setOwn<Value>(target: Record<string, Value>, name: string, value: Value): void {
  if (name === '__proto__') Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  else target[name] = value;
}

/** The object's own member, and no inherited one such as `constructor`. */
export const getOwn = <Value>(target: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(target, name) ? target[name] : undefined;
