import type { Program } from '../../engine/os/process.ts';
import { made, part } from '../../engine/os/rare.ts';
import { machineTool } from './machine/machine-tool.ts';

/** The workstation's: its network and its processes. It has no disk and no memory of its own to look at. */
export const NETWORK_TOOLS = 'ip ss ifconfig netstat route traceroute pgrep pkill pidof killall pstree';

/** Programs that look at the machine beneath, by name. */
export function machineTools(names: string, busybox = false): Readonly<Record<string, Program>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, made(part(machineTool), (tool) => tool(name, busybox))]));
}
