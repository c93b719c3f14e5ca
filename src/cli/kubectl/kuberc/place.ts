import type { Process } from '../../../engine/os/process.ts';
import { CommandError } from '../errors.ts';

/** A file of preferences; one that somebody named must be there. */
export interface KubercPlace {
  readonly path: string;
  readonly explicit: boolean;
}

/** `--kuberc`, else `$KUBERC`, else `~/.kube/kuberc`; none with `KUBERC=off`. */
export function kubercPlace({ env }: Pick<Process, 'env'>, given: string): KubercPlace | undefined {
  const named = env.get('KUBERC') ?? '';
  if (named === 'off' && given !== '')
    throw new CommandError('disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive');
  if (named === 'off') return undefined;
  const usual = `${env.get('HOME') ?? ''}/.kube/kuberc`;
  if (given !== '' && given !== usual) return { path: given, explicit: true };
  return named === '' ? { path: usual, explicit: given !== '' } : { path: named, explicit: true };
}

/** `--kuberc` where flags are not read yet. */
export function givenKuberc(words: readonly string[]): string {
  for (const [i, word] of words.entries()) {
    if (word === '--') return '';
    const path = word === '--kuberc' ? words[i + 1] : word.includes('--kuberc=') ? word.split('=')[1] : undefined;
    if (path !== undefined && path !== '') return path;
    if (path !== undefined || word === '--kuberc') throw new CommandError('kuberc file is not found');
  }
  return '';
}
