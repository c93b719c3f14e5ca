import { CommandError } from '../errors.ts';
import type { JsonObject } from '../values.ts';

export type Style = 'ephemeral' | 'copy' | 'node';

const PROFILES = ['legacy', 'general', 'baseline', 'restricted', 'netadmin', 'sysadmin'] as const;
export type Profile = (typeof PROFILES)[number];

export function profileOf(name: string): Profile {
  const found = PROFILES.find((each) => each === name);
  if (found === undefined) throw new CommandError(`unknown profile: ${name}`);
  return found;
}

/** What a debugging container may do. */
export function securityContext(profile: Profile, style: Style): { securityContext?: JsonObject } {
  switch (profile) {
    case 'general':
      return style === 'node' ? {} : { securityContext: { capabilities: { add: ['SYS_PTRACE'] } } };
    case 'restricted':
      return {
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      };
    case 'netadmin':
      return { securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } } };
    case 'sysadmin':
      return { securityContext: { privileged: true } };
    default:
      return {};
  }
}

/** Whether a debugging pod of a node shares the node's namespaces, and sees its files at /host. */
export function nodeAccess(profile: Profile): { readonly namespaces: boolean; readonly files: boolean } {
  return {
    namespaces: ['legacy', 'general', 'netadmin', 'sysadmin'].includes(profile),
    files: ['legacy', 'general', 'sysadmin'].includes(profile),
  };
}
