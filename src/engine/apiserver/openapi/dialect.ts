/** Texts by type and field; the type's own under `''`. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Version 2 and version 3 of OpenAPI. */
export type Dialect = 'v2' | 'v3';
