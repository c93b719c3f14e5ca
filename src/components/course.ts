import { load } from 'js-yaml';
import text from '../content/course.yaml?raw';

export interface Chapter {
  title: string;
  slug: string;
  about: string;
  lessons: { title: string; slug: string; minutes: number }[];
}

/** The course map in order. */
export const course = load(text) as Chapter[];
