/** The mark of one record, centred on 0,0; 10 to 15 px, ink only. */
import type { MarkShape as Shape } from './looks.ts'

const diamond = 'M0-7.5 7.5 0 0 7.5-7.5 0z'

export function MarkShape(props: { shape: Shape }) {
  switch (props.shape) {
    case 'logon':
      return <circle className="event-mark" r="5" />
    case 'rights':
      return <circle className="event-mark" r="3" />
    case 'share':
      return <rect className="event-mark" x="-5" y="-5" width="10" height="10" rx="1" />
    case 'pipe':
      return <rect className="event-mark-full" x="-5" y="-5" width="10" height="10" rx="1" />
    case 'file-gone':
      return (
        <>
          <rect className="event-mark" x="-5" y="-5" width="10" height="10" rx="1" />
          <path className="mark-ink" d="M-2.2-2.2l4.4 4.4M2.2-2.2l-4.4 4.4" />
        </>
      )
    case 'created':
      return <path className="event-mark-full" d={diamond} />
    case 'updated':
      return (
        <>
          <path className="event-mark" d={diamond} />
          <path className="event-mark-full" d="M0-7.5 7.5 0 0 7.5z" />
        </>
      )
    case 'deleted':
      return (
        <>
          <path className="event-mark" d={diamond} />
          <path className="mark-ink" d="M-2.4-2.4l4.8 4.8M2.4-2.4l-4.8 4.8" />
        </>
      )
    case 'scheduler':
      return <path className="event-mark" d="M0-5 5 0 0 5-5 0z" />
    case 'process':
      return <path className="event-mark-full" d="M-4-5 5.5 0-4 5z" />
    case 'ended':
      return <path className="event-mark" d="M-4-5 5.5 0-4 5z" />
    case 'cleared':
      return <path className="cov-cleared" d="M0-8v16" />
  }
}
