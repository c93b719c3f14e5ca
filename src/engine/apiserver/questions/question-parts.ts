import type { ServerParts } from '../server-parts.ts';

/** What answers are looked up in. */
export type QuestionParts = Pick<ServerParts, 'authorizer' | 'tokens'>;
