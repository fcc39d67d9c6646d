/** Line icons of the window, 16 px, drawn in the ink of their text. Always beside a word or under a label. */
const paths = {
  acquire: 'M8 2.5v7M5 6.8 8 9.8l3-3M2.5 11v2.5h11V11',
  chain: 'M3 4.5h4v7h6M3 4.5m-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0M13 11.5m-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0',
  check: 'M3 8.5 6.3 12 13 4.5',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  down: 'M4 6l4 4 4-4',
  edit: 'M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3z',
  evidence: 'M2.5 4.5h11v3h-11zM3.5 7.5v6h9v-6M6.5 10h3',
  fail: 'M8 1.8 14.2 8 8 14.2 1.8 8zM8 5v3.6M8 10.6v.2',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  folder: 'M2.5 4v8.5h11v-7H8L6.5 4z',
  handover: 'M2.5 8h9M8.5 4.8 11.8 8l-3.3 3.2M13.5 3v10',
  help: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M6.3 6.4c.1-1 .8-1.6 1.7-1.6 1 0 1.7.6 1.7 1.5 0 1.2-1.7 1.3-1.7 2.5M8 11v.2',
  home: 'M2.5 7.5 8 3l5.5 4.5M4 6.5v7h8v-7M6.8 13.5v-4h2.4v4',
  left: 'M10 4 6 8l4 4',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3',
  note: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 7.2v3.6M8 5v.2',
  overview: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6',
  practice: 'M1.8 6.2 8 3.5l6.2 2.7L8 8.9zM4.5 7.5v3.2c0 .9 1.6 1.8 3.5 1.8s3.5-.9 3.5-1.8V7.5M14.2 6.2v3.6',
  playbook: 'M3.5 2.5h9v11h-9zM5.7 5.6l.9.9 1.5-1.7M5.7 10l.9.9 1.5-1.7M9.5 6h1.5M9.5 10.4h1.5',
  process: 'M3 3.5h4M5 3.5v9h3M5 8h3M8 6.5h5v3H8zM8 11h5v3H8z',
  right: 'M6 4l4 4-4 4',
  seal: 'M8 2.2l1.6 1.3 2-.2.6 2 1.7 1.2-.8 1.9.8 1.9-1.7 1.2-.6 2-2-.2L8 14.6l-1.6-1.3-2 .2-.6-2-1.7-1.2.8-1.9-.8-1.9 1.7-1.2.6-2 2 .2zM5.8 8.4l1.6 1.6 2.8-3.2',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4a4.2 4.2 0 1 0 0-8.4M10.2 10.2 13.5 13.5',
  settings:
    'M2.5 5h5M10.5 5h3M9 5m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M2.5 11h2M7.5 11h6M6 11m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0',
  task: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 5v3.2l2.2 1.6',
  text: 'M3 4h10M3 7h10M3 10h10M3 13h6',
  theme: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5v11a5.5 5.5 0 0 0 0-11',
  timeline: 'M2 13.5h12M3.5 13.5V10M6.5 13.5V5M9.5 13.5V8M12.5 13.5V3',
  undo: 'M5.5 3 2.8 5.8l2.7 2.7M3 5.8h6.2a3.6 3.6 0 0 1 0 7.2H6',
  up: 'M4 10l4-4 4 4',
  warn: 'M8 2.8 14 13H2zM8 6.7v3M8 11.4v.2',
} as const
export type IconName = keyof typeof paths

export function Icon(props: { name: IconName; small?: boolean }) {
  return (
    <svg className={props.small ? 'icon icon-small' : 'icon'} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[props.name]} />
    </svg>
  )
}
