import type { Task } from '../../../engine/os/task.ts';
import { humanDuration } from '../../../engine/api/printing/duration.ts';
import { rfc1123 } from '../gotext.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { at, has, list, number, object, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { addController, addOwnMaps, flagText, headOf, selectorText, wordOr } from './head.ts';
import { Lines } from './lines.ts';
import { addPodTemplate } from './pod-template.ts';

// eslint-disable-next-line require-yield
export function* describeJob(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const job = info.object;
  const [spec, status] = [object(job, 'spec'), object(job, 'status')];
  const add = (line: string): void => lines.add(0, line);
  const addIfSet = (title: string, field: string, unit = ''): void => {
    if (has(spec, field)) add(`${title}:\t${text(spec, field)}${unit}`);
  };
  add(`Name:\t${info.name}`);
  add(`Namespace:\t${info.namespace ?? ''}`);
  add(`Selector:\t${selectorText(object(spec, 'selector'))}`);
  addOwnMaps(lines, job);
  addController(lines, job);
  addIfSet('Parallelism', 'parallelism');
  add(`Completions:\t${wordOr(at(spec, 'completions'), '<unset>')}`);
  addIfSet('Completion Mode', 'completionMode');
  addIfSet('Suspend', 'suspend');
  addIfSet('Backoff Limit', 'backoffLimit');
  addIfSet('TTL Seconds After Finished', 'ttlSecondsAfterFinished');
  const [start, end] = [text(status, 'startTime'), text(status, 'completionTime')];
  if (start !== '') add(`Start Time:\t${rfc1123(start)}`);
  if (end !== '') add(`Completed At:\t${rfc1123(end)}`);
  if (start !== '' && end !== '') add(`Duration:\t${humanDuration(Date.parse(end) - Date.parse(start))}`);
  addIfSet('Active Deadline Seconds', 'activeDeadlineSeconds', 's');
  const ready = has(status, 'ready') ? ` (${number(status, 'ready')} Ready)` : '';
  add(
    `Pods Statuses:\t${number(status, 'active')} Active${ready} / ${number(status, 'succeeded')} Succeeded / ${number(status, 'failed')} Failed`,
  );
  if (text(spec, 'completionMode') === 'Indexed') add(`Completed Indexes:\t${cutIndexes(text(status, 'completedIndexes'))}`);
  addPodTemplate(lines, object(spec, 'template'));
  return lines;
}

/** At most 50 characters and the number that stands there. */
function cutIndexes(indexes: string): string {
  if (indexes === '') return '<none>';
  const comma = indexes.indexOf(',', 50);
  return comma < 0 ? indexes : `${indexes.slice(0, comma + 1)}...`;
}

// eslint-disable-next-line require-yield
export function* describeCronJob(_session: Session, info: Info): Task<Lines> {
  const lines = headOf(info);
  const [spec, status] = [object(info.object, 'spec'), object(info.object, 'status')];
  const add = (line: string): void => lines.add(0, line);
  add(`Schedule:\t${text(spec, 'schedule')}`);
  add(`Concurrency Policy:\t${text(spec, 'concurrencyPolicy')}`);
  add(`Suspend:\t${flagText(spec['suspend'])}`);
  add(`Time Zone:\t${wordOr(spec['timeZone'], '<unset>')}`);
  add(`Successful Job History Limit:\t${wordOr(spec['successfulJobsHistoryLimit'], '<unset>')}`);
  add(`Failed Job History Limit:\t${wordOr(spec['failedJobsHistoryLimit'], '<unset>')}`);
  add(`Starting Deadline Seconds:\t${has(spec, 'startingDeadlineSeconds') ? `${number(spec, 'startingDeadlineSeconds')}s` : '<unset>'}`);
  addJobTemplate(lines, object(spec, 'jobTemplate', 'spec'));
  const last = text(status, 'lastScheduleTime');
  add(`Last Schedule Time:\t${last === '' ? '<unset>' : rfc1123(last)}`);
  add(
    `Active Jobs:\t${
      list(status, 'active')
        .map((job) => text(job, 'name'))
        .join(', ') || '<none>'
    }`,
  );
  return lines;
}

function addJobTemplate(lines: Lines, spec: JsonObject): void {
  lines.add(0, `Selector:\t${has(spec, 'selector') ? selectorText(object(spec, 'selector')) : '<unset>'}`);
  lines.add(0, `Parallelism:\t${wordOr(spec['parallelism'], '<unset>')}`);
  lines.add(0, `Completions:\t${wordOr(spec['completions'], '<unset>')}`);
  if (has(spec, 'activeDeadlineSeconds')) lines.add(0, `Active Deadline Seconds:\t${number(spec, 'activeDeadlineSeconds')}s`);
  addPodTemplate(lines, object(spec, 'template'));
}
