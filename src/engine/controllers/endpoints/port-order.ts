import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { DiscoveryEndpointPort } from '../../api/generated/types.ts';

/** The order of ports in an EndpointSlice: that of hashes over what Go prints of them (`portsInOrder`), whatever the Service's is. */
export function inSliceOrder(ports: readonly DiscoveryEndpointPort[]): DiscoveryEndpointPort[] {
  if (ports.length < 2) return [...ports];
  const hashed = ports.map((port) => ({ port, hash: bytesToHex(md5(utf8ToBytes(goText(port)))) }));
  return hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1)).map(({ port }) => port);
}

function goText({ name, protocol, port, appProtocol }: DiscoveryEndpointPort): string {
  const pointer = (type: string, value: string | number | undefined): string => `(*${type})${value ?? '<nil>'}`;
  const fields = [
    `Name:${pointer('string', name)}`,
    `Protocol:${pointer('v1.Protocol', protocol)}`,
    `Port:${pointer('int32', port)}`,
    `AppProtocol:${pointer('string', appProtocol)}`,
  ];
  return `(v1.EndpointPort){${fields.join(' ')}}`;
}
