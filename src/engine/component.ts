/**
 * Something that runs: a controller manager, a scheduler, a kubelet, a proxy. Lessons stop and start them.
 * A stopped component holds no timer and no watch; started again it knows nothing but what it reads anew.
 */
export interface Component {
  readonly name: string;
  start(): void;
  stop(): void;
}
