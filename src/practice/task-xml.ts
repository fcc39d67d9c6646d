/** Task definitions as different makers write them (MS-TSCH schema); text only, the way 4698 and the file on disk carry it. */

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

type Node = readonly [name: string, content: string | readonly Node[], attributes?: string]

function lines(nodes: readonly Node[], depth: number): string[] {
  const indent = '  '.repeat(depth)
  return nodes.flatMap(([name, content, attributes]) => {
    const open = attributes === undefined ? name : `${name} ${attributes}`
    if (typeof content === 'string') {
      return [content === '' ? `${indent}<${open} />` : `${indent}<${open}>${escapeXml(content)}</${name}>`]
    }
    return [`${indent}<${open}>`, ...lines(content, depth + 1), `${indent}</${name}>`]
  })
}

function task(version: string, parts: readonly Node[]): string {
  const namespace = 'http://schemas.microsoft.com/windows/2004/02/mit/task'
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    `<Task version="${version}" xmlns="${namespace}">`,
    ...lines(parts, 1),
    '</Task>',
  ].join('\r\n')
}

const exec = (command: string, parameters: string | undefined): Node => [
  'Exec',
  parameters === undefined
    ? [['Command', command]]
    : [
        ['Command', command],
        ['Arguments', parameters],
      ],
]

/** The fixed form impacket's atexec sends, as the service gives it back: hidden, SYSTEM, a start date long past. */
export function atexecTask(path: string, parameters: string): string {
  return task('1.2', [
    [
      'Triggers',
      [
        [
          'CalendarTrigger',
          [
            ['StartBoundary', '2015-07-15T20:35:13.2757294'],
            ['Enabled', 'true'],
            ['ScheduleByDay', [['DaysInterval', '1']]],
          ],
        ],
      ],
    ],
    [
      'Principals',
      [
        [
          'Principal',
          [
            ['UserId', 'S-1-5-18'],
            ['RunLevel', 'HighestAvailable'],
            ['LogonType', 'InteractiveToken'],
          ],
          'id="LocalSystem"',
        ],
      ],
    ],
    [
      'Settings',
      [
        ['MultipleInstancesPolicy', 'IgnoreNew'],
        ['DisallowStartIfOnBatteries', 'false'],
        ['StopIfGoingOnBatteries', 'false'],
        ['AllowHardTerminate', 'true'],
        ['RunOnlyIfNetworkAvailable', 'false'],
        [
          'IdleSettings',
          [
            ['StopOnIdleEnd', 'true'],
            ['RestartOnIdle', 'false'],
          ],
        ],
        ['AllowStartOnDemand', 'true'],
        ['Enabled', 'true'],
        ['Hidden', 'true'],
        ['RunOnlyIfIdle', 'false'],
        ['WakeToRun', 'false'],
        ['ExecutionTimeLimit', 'P3D'],
        ['Priority', '7'],
      ],
    ],
    ['Actions', [exec('cmd.exe', parameters)], 'Context="LocalSystem"'],
    ['RegistrationInfo', [['URI', path]]],
  ])
}

export interface SchtasksTask {
  readonly path: string
  /** `DOMAIN\user` of whoever ran schtasks.exe, on the machine it ran on */
  readonly author: string
  /** local time of registration, without an offset */
  readonly date: string
  readonly trigger: 'BootTrigger' | 'LogonTrigger' | 'TimeTrigger'
  /** local time without seconds' fraction */
  readonly startBoundary: string
  readonly userId: string
  readonly runLevel: 'LeastPrivilege' | 'HighestAvailable'
  readonly command: string
  readonly parameters?: string
  readonly enabled?: boolean
}

/** The form schtasks.exe writes. */
export function schtasksTask(of: SchtasksTask): string {
  return task('1.2', [
    [
      'RegistrationInfo',
      [
        ['Date', of.date],
        ['Author', of.author],
        ['URI', of.path],
      ],
    ],
    [
      'Triggers',
      [
        [
          of.trigger,
          [
            ['StartBoundary', of.startBoundary],
            ['Enabled', 'true'],
          ],
        ],
      ],
    ],
    [
      'Principals',
      [
        [
          'Principal',
          [
            ['RunLevel', of.runLevel],
            ['UserId', of.userId],
          ],
          'id="Author"',
        ],
      ],
    ],
    [
      'Settings',
      [
        ['MultipleInstancesPolicy', 'IgnoreNew'],
        ['DisallowStartIfOnBatteries', 'true'],
        ['StopIfGoingOnBatteries', 'true'],
        ['AllowHardTerminate', 'true'],
        ['StartWhenAvailable', 'false'],
        ['RunOnlyIfNetworkAvailable', 'false'],
        [
          'IdleSettings',
          [
            ['StopOnIdleEnd', 'true'],
            ['RestartOnIdle', 'false'],
          ],
        ],
        ['AllowStartOnDemand', 'true'],
        ['Enabled', of.enabled === false ? 'false' : 'true'],
        ['Hidden', 'false'],
        ['RunOnlyIfIdle', 'false'],
        ['WakeToRun', 'false'],
        ['ExecutionTimeLimit', 'PT72H'],
        ['Priority', '7'],
      ],
    ],
    ['Actions', [exec(of.command, of.parameters)], 'Context="Author"'],
  ])
}

/** A task a service keeps for itself: an own account, and a start that moves with every update. */
export function serviceTask(
  path: string,
  userId: string,
  startBoundary: string,
  command: string,
  parameters: string,
): string {
  return task('1.4', [
    [
      'RegistrationInfo',
      [
        ['Source', 'Practice evidence: kept by a service'],
        ['Author', 'Practice evidence'],
        ['URI', path],
      ],
    ],
    [
      'Triggers',
      [
        [
          'TimeTrigger',
          [
            ['StartBoundary', startBoundary],
            ['Enabled', 'true'],
          ],
        ],
      ],
    ],
    ['Principals', [['Principal', [['UserId', userId]], 'id="Service"']]],
    [
      'Settings',
      [
        ['MultipleInstancesPolicy', 'IgnoreNew'],
        ['StartWhenAvailable', 'true'],
        ['Enabled', 'true'],
        ['Hidden', 'true'],
        ['ExecutionTimeLimit', 'PT0S'],
        ['Priority', '7'],
      ],
    ],
    ['Actions', [exec(command, parameters)], 'Context="Service"'],
  ])
}
