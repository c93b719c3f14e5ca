import { formatIP } from '../../../engine/api/ip.ts';
import { parseCertificateRequest } from '../../../engine/api/x509/certificate-request.ts';
import { elementOf, TAG } from '../../../engine/api/x509/der.ts';
import { attribute } from '../../../engine/api/x509/names.ts';
import type { Task } from '../../../engine/os/task.ts';
import { CommandError } from '../errors.ts';
import { humanDuration } from '../../../engine/api/printing/duration.ts';
import { rfc1123 } from '../gotext.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { has, list, number, object, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { mapText } from './head.ts';
import { Lines } from './lines.ts';

/** Attributes of a subject after common name and serial number, as they are told. */
const SUBJECT = [
  ['Organization', '2.5.4.10'],
  ['Organizational Unit', '2.5.4.11'],
  ['Country', '2.5.4.6'],
  ['Locality', '2.5.4.7'],
  ['Province', '2.5.4.8'],
  ['StreetAddress', '2.5.4.9'],
  ['PostalCode', '2.5.4.17'],
] as const;

// eslint-disable-next-line require-yield
export function* describeCertificateRequest(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const { object: request } = info;
  const spec = object(request, 'spec');
  const asked = read(text(spec, 'request'));
  const subject = elementOf(asked.subject, TAG.sequence);
  const add = (line: string): void => lines.add(0, line);
  add(`Name:\t${info.name}`);
  add(`Labels:\t${mapText(object(request, 'metadata', 'labels'))}`);
  // The applied configuration too: this one table of kubectl's hides nothing.
  add(`Annotations:\t${mapText(object(request, 'metadata', 'annotations'))}`);
  add(`CreationTimestamp:\t${rfc1123(text(request, 'metadata', 'creationTimestamp'))}`);
  add(`Requesting User:\t${text(spec, 'username')}`);
  if (text(spec, 'signerName') !== '') add(`Signer:\t${text(spec, 'signerName')}`);
  if (has(spec, 'expirationSeconds')) add(`Requested Duration:\t${humanDuration(1000 * number(spec, 'expirationSeconds'))}`);
  add(`Status:\t${statusText(request)}`);
  add('Subject:');
  add(`\tCommon Name:\t${asked.commonName}`);
  add(`\tSerial Number:\t${attribute(subject, '2.5.4.5').at(-1) ?? ''}`);
  for (const [title, type] of SUBJECT) addList(lines, title, attribute(subject, type));
  const { dnsNames, emailAddresses, uris } = asked;
  const addresses = asked.ipAddresses.map((bytes) => formatIP([...bytes]));
  if (dnsNames.length + emailAddresses.length + uris.length + addresses.length > 0) add('Subject Alternative Names:');
  addList(lines, 'DNS Names', dnsNames);
  addList(lines, 'Email Addresses', emailAddresses);
  addList(lines, 'URIs', uris);
  addList(lines, 'IP Addresses', addresses);
  return lines;
}

function read(request: string): ReturnType<typeof parseCertificateRequest> {
  try {
    return parseCertificateRequest(atob(request));
  } catch (error) {
    throw new CommandError(`Error parsing CSR: ${(error as Error).message}`);
  }
}

function addList(lines: Lines, title: string, values: readonly string[]): void {
  values.forEach((value, i) => lines.add(0, `\t${i === 0 ? `${title}:` : ''}\t${value}`));
}

function statusText(request: JsonObject): string {
  const conditions = new Set(list(request, 'status', 'conditions').map((each) => text(each, 'type')));
  const said = [conditions.has('Denied') ? 'Denied' : conditions.has('Approved') ? 'Approved' : 'Pending'];
  if (conditions.has('Failed')) said.push('Failed');
  if (text(request, 'status', 'certificate') !== '') said.push('Issued');
  return said.join(',');
}
