import type { AppArmorProfile, PodSpec } from '../generated/types.ts';

const PREFIX = 'container.apparmor.security.beta.kubernetes.io/';

/** The annotations of old set the fields of today, where those are not set. */
export function setAppArmorFields(spec: PodSpec, annotations: Readonly<Record<string, string>>): void {
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    const profile = profileOf(annotations[`${PREFIX}${container.name}`]);
    if (
      profile === undefined ||
      container.securityContext?.appArmorProfile !== undefined ||
      spec.securityContext?.appArmorProfile !== undefined
    )
      continue;
    container.securityContext = { ...container.securityContext, appArmorProfile: profile };
  }
}

function profileOf(text: string | undefined): AppArmorProfile | undefined {
  if (text === 'runtime/default') return { type: 'RuntimeDefault' };
  if (text === 'unconfined') return { type: 'Unconfined' };
  return text?.startsWith('localhost/') ? { type: 'Localhost', localhostProfile: text.slice('localhost/'.length) } : undefined;
}
