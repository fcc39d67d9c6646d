/** How telemetry that was missing is turned on: by GUID, because names differ with the language of Windows (windows.md §4 and §9). */
interface Remedy {
  /** what the words of a gap must hold, or a channel */
  readonly when: RegExp
  readonly name: string
  readonly how: string
  readonly note: string
}

const audit = (events: RegExp, subcategory: string, guid: string, note: string): Remedy => ({
  when: new RegExp(`${events.source}|"${subcategory}"|^${subcategory}$`),
  name: `${subcategory} (success)`,
  how: `auditpol /set /subcategory:"{${guid}-69AE-11D9-BED3-505054503030}" /success:enable`,
  note,
})
const channel = (name: string, note: string): Remedy => ({
  when: new RegExp(name.replace(/[/\\.]/g, '\\$&')),
  name,
  how: `wevtutil sl ${name.includes(' ') ? `"${name}"` : name} /e:true`,
  note,
})

const remedies: readonly Remedy[] = [
  audit(
    /\b(?:4698|4699|4700|4701|4702)\b/,
    'Other Object Access Events',
    '0CCE9227',
    'Off by default. Creation, change and deletion of tasks (4698 to 4702).',
  ),
  audit(
    /\b5145\b/,
    'Detailed File Share',
    '0CCE9244',
    'Off by default. Pipes and files reached over shares (5145). Not advised on domain controllers: the volume is high.',
  ),
  audit(/\b5140\b/, 'File Share', '0CCE9224', 'Off by default. Shares connected (5140).'),
  audit(
    /\b4688\b/,
    'Process Creation',
    '0CCE922B',
    'Off by default. Set ProcessCreationIncludeCmdLine_Enabled to 1 under HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\Audit for the command line.',
  ),
  audit(/\b4689\b/, 'Process Termination', '0CCE922C', 'Off by default. Ends of processes (4689).'),
  audit(
    /\b5156\b/,
    'Filtering Platform Connection',
    '0CCE9226',
    'Off by default. Connections of processes (5156). The volume is high.',
  ),
  audit(/\b4697\b/, 'Security System Extension', '0CCE9211', 'Off by default. Installed services (4697).'),
  audit(/\b(?:4624|4648)\b/, 'Logon', '0CCE9215', 'On by default. Logons and used credentials (4624, 4648).'),
  audit(/\b4672\b/, 'Special Logon', '0CCE921B', 'On by default. Privileges of a logon (4672).'),
  audit(/\b(?:4634|4647)\b/, 'Logoff', '0CCE9216', 'On by default. Ends of sessions (4634).'),
  audit(
    /\b(?:4720|4738)\b/,
    'User Account Management',
    '0CCE9235',
    'Accounts made and changed (4720 to 4738).',
  ),
  audit(
    /\b(?:4728|4732|4756)\b/,
    'Security Group Management',
    '0CCE9237',
    'Members added to groups (4728, 4732, 4756).',
  ),
  channel('Microsoft-Windows-TaskScheduler/Operational', 'Every registration, start and result of a task.'),
  channel(
    'Microsoft-Windows-PowerShell/Operational',
    'Turn on script block logging as well for the text of scripts (4104).',
  ),
  channel('Microsoft-Windows-WinRM/Operational', 'Remote PowerShell to and from the host.'),
  channel('Microsoft-Windows-Bits-Client/Operational', 'Background transfers.'),
  channel(
    'Microsoft-Windows-TerminalServices-RDPClient/Operational',
    'Remote desktops opened from the host.',
  ),
]

export interface MissingSource {
  readonly text: string
  readonly state: string
}
export interface TurnedOn {
  readonly name: string
  readonly how: string
  readonly note: string
  readonly states: readonly string[]
}

/** What would have told, and how it is turned on; only for absences that a setting explains or may explain. */
export function howToTurnOn(sources: readonly MissingSource[]): readonly TurnedOn[] {
  const asked = sources.filter(({ state }) => ['not-audited', 'unknown', 'not-collected'].includes(state))
  return remedies.flatMap(({ when, name, how, note }) => {
    const states = asked.filter(({ text }) => when.test(text)).map(({ state }) => state)
    return states.length ? [{ name, how, note, states: [...new Set(states)].sort() }] : []
  })
}
