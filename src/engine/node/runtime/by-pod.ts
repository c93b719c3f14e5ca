/** Lists by pod, the newest first; a pod without any has none. */
export type ByPod<T> = Map<string, T[]>;

export function addTo<T>(lists: ByPod<T>, uid: string, item: T): void {
  const list = lists.get(uid);
  if (list === undefined) lists.set(uid, [item]);
  else list.unshift(item);
}

export function removeFrom<T>(lists: ByPod<T>, uid: string, item: T): void {
  const list = lists.get(uid);
  const index = list?.indexOf(item) ?? -1;
  if (list === undefined || index < 0) return;
  list.splice(index, 1);
  if (list.length === 0) lists.delete(uid);
}
