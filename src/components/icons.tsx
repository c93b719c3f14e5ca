/** Signs of the timeline's buttons; each stands beside a name that is read out. */
const PATHS = {
  back: 'M4 3v10M13 3 6 8l7 5z',
  play: 'M4 2.5v11L13 8z',
  pause: 'M5 3v10M11 3v10',
  event: 'M3 3.5 9 8l-6 4.5zM12.5 6.6v2.8',
  beat: 'M3 3 10 8l-7 5zM12.5 3v10',
  skip: 'M2 3.5 7.5 8 2 12.5zM8 3.5 13.5 8 8 12.5z',
} as const;

export default function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
