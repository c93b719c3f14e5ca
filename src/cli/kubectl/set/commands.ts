import { rare } from '../../../engine/os/rare.ts';
import type { Command } from '../command.ts';
import { SET_FLAGS } from './change.ts';
import { setEnv } from './env.ts';
import { setImage } from './image.ts';
import { setResources } from './resources.ts';
import { setSelector } from './selector.ts';
import { setServiceAccount } from './service-account.ts';
import { setSubject, SET_SUBJECT_FLAGS } from './subject.ts';

export const SET_COMMANDS: Readonly<Record<string, Command>> = {
  subject: {
    about: 'Update the user, group, or service account in a role binding or cluster role binding',
    flags: SET_SUBJECT_FLAGS,
    usage:
      '(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]',
    run: rare(setSubject),
  },
  env: {
    about: 'Update environment variables on a pod template',
    flags: `${SET_FLAGS} c/containers:string=* e/env:list from:string prefix:string keys:list list:bool overwrite:bool=true resolve:bool`,
    usage: 'RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [options]',
    run: rare(setEnv),
  },
  image: {
    about: 'Update the image of a pod template',
    flags: SET_FLAGS,
    usage: '(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N [options]',
    run: rare(setImage),
  },
  resources: {
    about: 'Update resource requests/limits on objects with pod templates',
    flags: `${SET_FLAGS} c/containers:string=* limits:string requests:string`,
    usage: '(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS] [options]',
    run: rare(setResources),
  },
  selector: {
    about: 'Set the selector on a resource',
    flags: `${SET_FLAGS} resource-version:string`,
    usage: '(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version] [options]',
    run: rare(setSelector),
  },
  serviceaccount: {
    about: 'Update the service account of a resource',
    flags: SET_FLAGS,
    usage: '(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT [options]',
    run: rare(setServiceAccount),
    aliases: ['sa'],
  },
};
