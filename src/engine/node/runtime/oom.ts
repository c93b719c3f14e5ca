/** What the kernel's OOM killer looks at. */
export interface OomCandidate {
  readonly memory: number;
  /** oom_score_adj, as the kubelet sets it by quality of service. */
  readonly score: number;
}

/** badness(): memory in thousandths of the machine's, moved by the adjustment; undefined when nobody holds any. */
export function oomVictim<T extends OomCandidate>(candidates: Iterable<T>, machineMemory: number): T | undefined {
  let worst: T | undefined;
  let most = -Infinity;
  for (const candidate of candidates) {
    if (candidate.memory <= 0) continue;
    const badness = (1000 * candidate.memory) / machineMemory + candidate.score;
    if (badness > most) [worst, most] = [candidate, badness];
  }
  return worst;
}
