/** What is wrong with a name of the IANA time zone database; `undefined` if nothing is. */
export function zoneError(zone: string): string | undefined {
  if (zone === '') return 'timeZone must be nil or non-empty string';
  for (const fragment of zone.split('/')) {
    const problem = /^[.A-Za-z0-9+_-]{1,14}$/.test(fragment) && !['.', '..'].includes(fragment) && !fragment.startsWith('-');
    if (!problem) return `unknown time zone ${zone}`;
  }
  if (zone.toLowerCase() === 'local') return 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
  return isZone(zone) ? undefined : `unknown time zone ${zone}`;
}

function isZone(zone: string): boolean {
  if (/^[-+]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
