import type { Program } from '../../../engine/os/process.ts';
import { busyboxDf, df } from './df.ts';
import { busyboxUptime, free, uptime } from './free.ts';
import { busyboxIp, ip } from './ip.ts';
import { ipvsadm, lsmod, modprobe, nft, swapoff, swapon, sysctl } from './kernel-settings.ts';
import { findmnt, mount, umount } from './mount.ts';
import { lsns, nsenter, unshare } from './namespaces.ts';
import { ifconfig, netstat, route, ss } from './net-tools.ts';
import { killall, pgrep, pidof, pkill, pstree } from './processes.ts';
import { traceroute } from './traceroute.ts';

const TOOLS: Readonly<Record<string, Program>> = {
  df, findmnt, free, ifconfig, ip, ipvsadm, killall, lsmod, lsns, modprobe, mount, netstat, nft, nsenter, pgrep, pidof, pkill, pstree, route, ss, swapoff, swapon,
  sysctl, traceroute, umount, unshare, uptime,
}; // prettier-ignore

const OF_BUSYBOX: Readonly<Record<string, Program>> = { df: busyboxDf, ip: busyboxIp, uptime: busyboxUptime };

/** Programs that look at the machine and its processes through /proc and netlink. They are one rare part. */
export function machineTool(name: string, busybox: boolean): Program {
  return ((busybox ? OF_BUSYBOX[name] : undefined) ?? TOOLS[name]) as Program;
}
