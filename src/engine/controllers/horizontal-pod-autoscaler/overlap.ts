import { matchesLabels } from '../../api/selector.ts';
import type { Requirement } from '../../api/requirement.ts';
import type { Pod } from '../../api/generated/types.ts';

/** Which pods each autoscaler counts. Two that count the same pod would pull against each other. */
export class Selectors {
  readonly #of = new Map<string, { namespace: string; requirements: readonly Requirement[] | undefined }>();

  /** An autoscaler is known before its selector is. */
  register(key: string, namespace: string): void {
    if (!this.#of.has(key)) this.#of.set(key, { namespace, requirements: undefined });
  }

  set(key: string, requirements: readonly Requirement[]): void {
    const known = this.#of.get(key);
    if (known !== undefined) known.requirements = requirements;
  }

  forget(key: string): void {
    this.#of.delete(key);
  }

  clear(): void {
    this.#of.clear();
  }

  /** The keys of all that count one of these pods of a namespace, in order. */
  counting(namespace: string, pods: readonly Pod[]): string[] {
    const found: string[] = [];
    for (const [key, known] of this.#of) {
      const { requirements } = known;
      if (known.namespace !== namespace || requirements === undefined) continue;
      if (pods.some(({ metadata }) => matchesLabels(requirements, metadata.labels))) found.push(key);
    }
    return found.sort();
  }
}
