import { checkName, inRange, legacyIP, oneOf, ordinaryIP } from '../checks.ts';
import type { EndpointAddress, Endpoints } from '../generated/types.ts';
import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName } from '../names.ts';
import type { Findings } from '../validation.ts';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function validateEndpoints({ subsets = [] }: Endpoints, findings: Findings): void {
  for (const [s, { addresses = [], notReadyAddresses = [], ports = [] }] of subsets.entries()) {
    const at = `subsets[${s}]`;
    if (addresses.length + notReadyAddresses.length === 0) findings.required(at, 'must specify `addresses` or `notReadyAddresses`');
    for (const [index, address] of addresses.entries()) validateAddress(address, `${at}.addresses[${index}]`, findings);
    for (const [index, address] of notReadyAddresses.entries()) validateAddress(address, `${at}.notReadyAddresses[${index}]`, findings);
    for (const [index, { name = '', port, protocol, appProtocol }] of ports.entries()) {
      const path = `${at}.ports[${index}]`;
      if (name !== '') checkName(name, `${path}.name`, isDNS1123Label, findings);
      else if (ports.length > 1) findings.required(`${path}.name`);
      inRange(port ?? 0, 1, 65535, `${path}.port`, findings);
      oneOf(protocol, PROTOCOLS, `${path}.protocol`, findings);
      if (appProtocol !== undefined) checkName(appProtocol, `${path}.appProtocol`, isQualifiedName, findings);
    }
  }
}

function validateAddress({ ip = '', hostname, nodeName }: EndpointAddress, path: string, findings: Findings): void {
  legacyIP(ip, `${path}.ip`, findings);
  if (hostname) checkName(hostname, `${path}.hostname`, isDNS1123Label, findings);
  if (nodeName !== undefined) checkName(nodeName, `${path}.nodeName`, isDNS1123Subdomain, findings);
  ordinaryIP(ip, `${path}.ip`, findings);
}
