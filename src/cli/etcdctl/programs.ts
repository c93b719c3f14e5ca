import type { Program } from '../../engine/os/process.ts';
import { rare } from '../../engine/os/rare.ts';
import { etcdctl, etcdutl } from './etcdctl.ts';

type Programs = (flavour: string) => Readonly<Record<string, Program>>;

/** The programs of images whose flavour has `+etcdctl`: what they carry already, and etcd's two tools. */
export function withEtcdctl(programs: Programs): Programs {
  return (flavour) =>
    flavour.split('+').includes('etcdctl') ? { ...programs(flavour), etcdctl: rare(etcdctl), etcdutl: rare(etcdutl) } : programs(flavour);
}
