/** Gives an object a member of any name: to assign `__proto__`, as a user may name a tag, would change what the object inherits instead. */
export function setOwn<Value>(target: Record<string, Value>, name: string, value: Value): void {
  if (name === '__proto__') Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  else target[name] = value;
}

/** The object's own member; `constructor` and others that every object inherits are none. */
export const getOwn = <Value>(target: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(target, name) ? target[name] : undefined;
