/** An id of this side, unlike any other of its session. (`crypto.randomUUID` is for secure contexts alone.) */
export const newId = (): string => Math.random().toString(36).slice(2);

export interface Resolvers<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
}

/** `Promise.withResolvers`, which not every browser has. What is rejected is not also reported as unhandled. */
export function withResolvers<T>(): Resolvers<T> {
  const made = {} as Resolvers<T>;
  made.promise = new Promise<T>((resolve, reject) => Object.assign(made, { resolve, reject }));
  made.promise.catch(() => {});
  return made;
}

type Json = { [key: string]: unknown };

/** A value after a JSON merge patch (RFC 7396). Objects have no prototype: keys such as `__proto__` are keys. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const made: Json = Object.assign(Object.create(null), isObject(target) && target);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete made[key];
    else made[key] = merged(made[key], value);
  }
  return made;
}

const isObject = (value: unknown): value is Json => Object(value) === value && !Array.isArray(value);
