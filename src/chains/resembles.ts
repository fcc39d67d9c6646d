/** Tool fingerprints (windows.md §5.4): what fits and what does not. Shown as likeness, never as attribution: every sign can be copied. */

import type { Chain } from '../domain/chain.ts'
import type { TaskChangedEvent } from '../domain/event.ts'
import type { TaskDefinition } from '../domain/task.ts'
import { millisecondsBetween } from '../domain/time.ts'
import { definitionOf } from './definition.ts'
import { spanWords } from './order.ts'
import { baseName } from './paths.ts'
import type { Story } from './stories.ts'

/** Constant of the XML both impacket and NetExec send. */
const atexecBoundary = '2015-07-15T20:35:13.2757294'

interface Sign {
  readonly fits: boolean
  readonly yes: string
  readonly no: string
  /** below 0: speaks against the tool */
  readonly weight: number
}

type Likeness = Chain['resembles'][number]

const weigh = (tool: string, signs: readonly Sign[], enough: number): readonly Likeness[] => {
  const score = signs.reduce((sum, sign) => sum + (sign.fits ? sign.weight : 0), 0)
  if (score < enough) return []
  return [
    {
      tool,
      because: signs.filter((sign) => sign.fits && sign.weight >= 0).map((sign) => sign.yes),
      differs: [
        ...signs.filter((sign) => sign.fits && sign.weight < 0).map((sign) => sign.yes),
        ...signs.filter((sign) => !sign.fits && sign.no !== '').map((sign) => sign.no),
      ],
    },
  ]
}

const sign = (fits: boolean, weight: number, yes: string, no = ''): Sign => ({ fits, weight, yes, no })

export function resemblancesOf(story: Story, path: Chain['path']): Chain['resembles'] {
  const definition = definitionOf(story)
  if (!definition || story.kind !== 'task-created') return []
  const shared = sharedSigns(story, definition, path)
  const exec = definition.actions[0]
  const line = exec?.kind === 'exec' ? `${exec.command} ${exec.arguments ?? ''}` : ''
  const name = story.path.replace(/^\\/, '')
  const wrapped = /^"?(%comspec%|(.*\\)?cmd(\.exe)?)"?\s+\/c\s/i.test(line)
  const output = /(?<!\d)>\s*(\S+)/.exec(line)?.[1] ?? ''
  const ownOutput = baseName(output) === `${name.toLowerCase()}.tmp` && /temp\\/i.test(output)
  const sixLetters = /\\windows\\temp\\[a-z]{6}$/i.test(output.replace(/%windir%/i, '\\Windows'))
  const share = /^\\\\[^\\]+\\/.test(output)
  return [
    ...weigh(
      'impacket atexec',
      [
        ...shared,
        sign(
          /^[a-z]{8}$/i.test(name),
          1,
          'task name of 8 letters in the root folder',
          'the task name is not 8 letters in the root folder',
        ),
        sign(
          wrapped && ownOutput,
          3,
          'cmd.exe /C with output to %windir%\\Temp\\<task name>.tmp',
          'the command does not send its output to %windir%\\Temp\\<task name>.tmp',
        ),
        sign(sixLetters || share, -6, 'its output file is named as NetExec names it'),
      ],
      6,
    ),
    ...weigh(
      'NetExec atexec',
      [
        ...shared,
        sign(
          /^[a-z0-9]{8}$/i.test(name),
          1,
          'task name of 8 signs in the root folder',
          'the task name is not 8 signs',
        ),
        sign(
          wrapped && (sixLetters || share),
          3,
          share
            ? 'cmd.exe /C with output to a share'
            : 'cmd.exe /C with output to \\Windows\\Temp\\<6 letters>',
          'the output file is not one of 6 letters in \\Windows\\Temp, nor on a share',
        ),
        sign(ownOutput, -6, 'its output file is named as impacket names it'),
      ],
      6,
    ),
    ...schtasksLikeness(story, definition),
  ]
}

function sharedSigns(story: Story, definition: TaskDefinition, path: Chain['path']): readonly Sign[] {
  const principal = definition.principals[0]
  const trigger = definition.triggers[0]
  const created = story.changes.find((change) => change.kind === 'task-created')
  const removed = story.deletion
  const life = created && removed ? millisecondsBetween(created.time, removed.time) : undefined
  return [
    sign(
      trigger?.startBoundary === atexecBoundary,
      4,
      `StartBoundary is the constant ${atexecBoundary}`,
      `StartBoundary is not the constant ${atexecBoundary}`,
    ),
    sign(
      principal?.id === 'LocalSystem' && principal.userId === 'S-1-5-18',
      1,
      'principal "LocalSystem", S-1-5-18',
      'the principal is not named "LocalSystem"',
    ),
    sign(definition.settings.hidden, 1, 'hidden task', 'the task is not hidden'),
    sign(
      definition.version === '1.2',
      0,
      'task XML version 1.2',
      `task XML version ${definition.version ?? 'missing'}`,
    ),
    sign(
      trigger?.kind === 'Calendar' && trigger.details['ScheduleByDay/DaysInterval'] === '1',
      1,
      'daily calendar trigger that is never waited for',
      'the trigger is not a daily calendar trigger',
    ),
    sign(
      path === 'atsvc-pipe',
      1,
      'called through the pipe atsvc',
      path === 'rpc-tcp' ? 'called over TCP' : '',
    ),
    sign(
      life !== undefined && life < 30_000,
      1,
      `deleted ${spanWords(life ?? 0)} after its creation`,
      life === undefined ? 'no deletion is recorded' : `deleted only ${spanWords(life)} after its creation`,
    ),
  ]
}

function schtasksLikeness(story: Story, definition: TaskDefinition): readonly Likeness[] {
  const trigger = definition.triggers[0]
  const author = definition.registration.author
  const creator = story.changes.find((change): change is TaskChangedEvent => change.kind === 'task-created')
  const account = creator?.account
  const sameAuthor =
    author !== undefined && account?.name !== undefined && baseName(author) === account.name.toLowerCase()
  return weigh(
    'schtasks.exe',
    [
      sign(definition.version === '1.2', 1, 'task XML version 1.2', 'the task XML is not version 1.2'),
      sign(
        author?.includes('\\') === true,
        2,
        sameAuthor
          ? `Author is the calling account (${author})`
          : `Author is DOMAIN\\name (${author ?? ''}) and not the account that made the call: /u was given, or the text is made up`,
        'no Author as DOMAIN\\name',
      ),
      sign(
        definition.registration.date !== undefined && !definition.registration.date.includes('.'),
        1,
        'registration date to the second',
        'no registration date to the second',
      ),
      sign(
        trigger?.startBoundary !== undefined && /:00(:00)?$/.test(trigger.startBoundary),
        1,
        'StartBoundary on the minute, without fraction',
        'StartBoundary is not on the minute',
      ),
      sign(
        definition.settings.all.ExecutionTimeLimit === 'PT72H' && definition.principals[0]?.id === 'Author',
        1,
        'default settings of schtasks (72 hours, principal "Author")',
        'settings are not those schtasks writes',
      ),
    ],
    5,
  )
}
