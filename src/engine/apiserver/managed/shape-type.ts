/** What server-side apply knows of a value's type: how it is merged and of which parts it can be owned. */
export type Shape =
  | { readonly kind: 'scalar'; readonly scalar: 'string' | 'boolean' | 'numeric' | 'untyped' }
  | { readonly kind: 'struct'; readonly atomic: boolean; field(name: string): Shape | undefined }
  | { readonly kind: 'map'; readonly atomic: boolean; readonly element: Shape }
  | { readonly kind: 'list'; readonly list: 'atomic' | 'set' | 'map'; readonly keys: readonly string[]; readonly element: Shape }
  /** Free-form: maps merge, lists are owned whole. */
  | { readonly kind: 'any' };
