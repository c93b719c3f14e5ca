/**
 * Whether something was asked for that was not loaded yet, since this was last asked. Where everything is loaded at once (Node, tests, the development server) nothing
 * ever is; the build puts the real answer here (`tools/late-modules.ts`).
 */
export const missed = (): boolean => false;
