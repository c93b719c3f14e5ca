/**
 * external-provisioner: in which zone a disk is made that no pod waits for. Claims are spread by a hash of their name; those of a
 * StatefulSet by its name and their number, so that all disks of one member are in one zone.
 */
export function diskZone(claim: string, zones: readonly string[]): string | undefined {
  const sorted = [...zones].sort();
  const [, before = '', ordinal] = /^(.*)-(\d+)$/.exec(claim) ?? [];
  const hashed = ordinal === undefined ? claim : before.slice(before.lastIndexOf('-') + 1);
  return sorted[(fnv32(hashed) + Number(ordinal ?? 0)) % sorted.length];
}

/** Go's fnv.New32. */
function fnv32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0;
  return hash;
}
