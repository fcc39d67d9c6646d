/** The playbook's queries filled in for one chain, for Sentinel, with what the workspace must take in, and what is wrong with the written ones. */
import { timeText } from './ticks.ts'

export interface QueryFacts {
  /** as its records name it */
  readonly host: string
  readonly account: string | undefined
  readonly sid: string | undefined
  readonly sourceIp: string | undefined
  readonly taskPath: string
  /** ticks of the record the chain is measured from */
  readonly at: bigint
}

export interface FilledQuery {
  readonly id: string
  readonly title: string
  /** what it asks, and what its answer means */
  readonly asks: string
  readonly text: string
  /** what the workspace has to take in for it to find anything */
  readonly needs: string
  /** the playbook's own query it stands for, as written, and what is wrong with it; the parser's findings come beside these */
  readonly written?: { readonly text: string; readonly wrong: readonly string[] }
}

/** A text of KQL. Signs that end it or act on a terminal are escaped, so that no name leaves its quotes. */
export const quoted = (text: string): string =>
  `"${text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/gu, (sign) =>
    [...sign]
      .flatMap((one) => Array.from({ length: one.length }, (_, i) => one.charCodeAt(i)))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  )}"`

const hour = 36_000_000_000n
const time = (ticks: bigint): string => `datetime(${timeText(ticks)})`

/** Short and full name of a host: logs of one machine may hold both. */
const hostIs = (host: string): string => {
  const short = host.split('.')[0] ?? host
  return `Computer =~ ${quoted(short)} or Computer startswith ${quoted(`${short}.`)}`
}

const ingestion =
  'The set Minimal has 4624, 4688, 4700 and 4702; Common adds 4648, 4672, 4689, 4697, 5140 and 5145; 4698, 4699 and 4701 come only with All Events or a custom set.'

const field = (name: string, from: string): string =>
  `extract(@'<Data Name="${from}">([^<]*)</Data>', 1, EventData)`.replace(/^/, `${name}=`)

/** In the order of work. Every one parses, and every column is one of its table. */
export function filledQueries(facts: QueryFacts): readonly FilledQuery[] {
  const from = time(facts.at - 24n * hour)
  const to = time(facts.at + 24n * hour)
  const span = `TimeGenerated between (${from} .. ${to})`
  const who = accountIs(facts)
  return [
    {
      id: 'presence',
      title: 'What the workspace holds of this host',
      asks: 'Ask this first: an event id that is not listed was not taken in, and its absence below means nothing.',
      text: lines([
        'SecurityEvent',
        `| where ${span}`,
        `| where ${hostIs(facts.host)}`,
        '| summarize Events = count(), FirstSeen = min(TimeGenerated), LastSeen = max(TimeGenerated) by EventID',
        '| order by EventID asc',
      ]),
      needs: ingestion,
    },
    {
      id: 'triage',
      title: 'The account around the alert',
      asks: 'Logons, share accesses and task records of the account, in one list.',
      text: accountQuery(span, who, [4624, 5145, 4698]),
      needs: ingestion,
      written: { text: written.triage, wrong: [...wrongFilter, wrongTask] },
    },
    {
      id: 'evidence',
      title: 'The same with processes',
      asks: 'As above, with what started: 4688 names the account of the caller, and a task that runs as SYSTEM starts as SYSTEM, so processes of the host are listed too.',
      text: lines([
        'SecurityEvent',
        `| where ${span}`,
        '| where EventID in (4624, 5145, 4698, 4688)',
        `| where ${who} or (EventID == 4688 and (${hostIs(facts.host)}) and TimeGenerated between (${time(facts.at - 60n * 10_000_000n)} .. ${time(facts.at + 600n * 10_000_000n)}))`,
        `| extend ${field('TaskName', 'TaskName')}`,
        '| project TimeGenerated, EventID, Computer, TargetUserName, SubjectUserName, SubjectDomainName, IpAddress, ShareName, TaskName, NewProcessName, CommandLine',
        '| order by TimeGenerated desc',
      ]),
      needs: `${ingestion} Command lines need the policy "Include command line in process creation events".`,
      written: {
        text: written.evidence,
        wrong: [
          'table names are case-sensitive: there is no table securityEvent',
          ...wrongFilter,
          wrongTask,
          'a task that runs as SYSTEM starts its process as SYSTEM: filtering 4688 by the account hides it',
        ],
      },
    },
    {
      id: 'chain',
      title: 'The chain: logon, pipe, task',
      asks: 'Joins the task record with its logon by logon id, and with the pipe by account and time: the well-known tools create the task in a second session without an address, and the address is that of the session that opened the pipe.',
      text: chainQuery(facts),
      needs: ingestion,
    },
    {
      id: 'systems',
      title: 'Systems the account or the address reached',
      asks: 'Over all hosts: more than one system is worth a look, also when each logon alone looks usual.',
      text: lines([
        'SecurityEvent',
        `| where ${span}`,
        '| where EventID == 4624 and LogonType in (3, 10)',
        `| where ${[targetIs(facts), facts.sourceIp === undefined ? undefined : `IpAddress == ${quoted(facts.sourceIp)}`].filter((part) => part !== undefined).join(' or ') || 'true'}`,
        '| where TargetUserName !endswith "$" and IpAddress !in ("-", "::1", "127.0.0.1", "")',
        '| summarize SystemsAccessed = dcount(Computer), Systems = make_set(Computer, 100), FirstSeen = min(TimeGenerated), LastSeen = max(TimeGenerated) by IpAddress, TargetUserName',
        '| order by SystemsAccessed desc, FirstSeen asc',
      ]),
      needs: 'Any set: 4624 is in all of them.',
      written: {
        text: written.systems,
        wrong: [
          'ago(24h) counts from now, not from the alert',
          '== compares with case: an account written otherwise is missed; =~ does not',
          'all logon types and machine accounts are counted: services and the host itself fill the list',
          'one row for each account and address hides which systems: make_set names them',
        ],
      },
    },
    {
      id: 'task-log',
      title: 'The task log, where it is collected',
      asks: 'Registration, start and end of the task as the Schedule service wrote them.',
      text: lines([
        'Event',
        `| where ${span}`,
        '| where Source == "Microsoft-Windows-TaskScheduler" and EventID in (100, 102, 106, 110, 129, 140, 141, 200, 201)',
        `| where ${hostIs(facts.host)}`,
        `| where EventData has ${quoted(lastName(facts.taskPath))}`,
        '| project TimeGenerated, EventID, Computer, UserName, RenderedDescription, EventData',
        '| order by TimeGenerated asc',
      ]),
      needs:
        'A data collection rule that takes Microsoft-Windows-TaskScheduler/Operational; none does by itself.',
    },
    {
      id: 'forwarded',
      title: 'Task records that were forwarded',
      asks: 'The table WindowsEvent holds the fields as a bag: no pattern is needed.',
      text: lines([
        'WindowsEvent',
        `| where ${span}`,
        '| where EventID in (4698, 4699, 4700, 4701, 4702)',
        `| where ${hostIs(facts.host)}`,
        '| project TimeGenerated, Computer, EventID, TaskName = tostring(EventData.TaskName), SubjectUserName = tostring(EventData.SubjectUserName), SubjectLogonId = tostring(EventData.SubjectLogonId)',
        `| where TaskName =~ ${quoted(facts.taskPath)}`,
        '| order by TimeGenerated asc',
      ]),
      needs: 'Events forwarded to a collector with the agent on it.',
    },
  ]
}

const lines = (parts: readonly string[]): string => parts.join('\n')
const lastName = (path: string): string => path.split('\\').at(-1) || path

const targetIs = ({ account, sid }: QueryFacts): string | undefined =>
  sid !== undefined
    ? `TargetUserSid == ${quoted(sid)}`
    : account === undefined
      ? undefined
      : `TargetUserName =~ ${quoted(account)}`

/** By SID where it is known: names can be changed and repeat on other machines. */
function accountIs({ account, sid }: QueryFacts): string {
  if (sid !== undefined) return `(TargetUserSid == ${quoted(sid)} or SubjectUserSid == ${quoted(sid)})`
  if (account === undefined) return 'true'
  return `(TargetUserName =~ ${quoted(account)} or SubjectUserName =~ ${quoted(account)})`
}

const accountQuery = (span: string, who: string, events: readonly number[]): string =>
  lines([
    'SecurityEvent',
    `| where ${span}`,
    `| where EventID in (${events.join(', ')})`,
    `| where ${who}`,
    `| extend ${field('TaskName', 'TaskName')}`,
    '| project TimeGenerated, EventID, Computer, TargetUserName, SubjectUserName, SubjectDomainName, IpAddress, ShareName, RelativeTargetName, TaskName',
    '| order by TimeGenerated desc',
  ])

function chainQuery(facts: QueryFacts): string {
  return lines([
    `let T0 = ${time(facts.at - 24n * hour)};`,
    `let T1 = ${time(facts.at + hour)};`,
    `let ev = SecurityEvent | where TimeGenerated between (T0 .. T1) | where ${hostIs(facts.host)};`,
    'let tasks = ev',
    '| where EventID in (4698, 4699, 4700, 4701, 4702)',
    `| extend ${field('TaskName', 'TaskName')}, ${field('ClientPid', 'ClientProcessId')},`,
    `    Content = extract(@'<Data Name="TaskContent(?:New)?">([\\s\\S]*?)</Data>', 1, EventData)`,
    '| project TaskTime = TimeGenerated, Computer, EventID, SubjectUserSid, SubjectUserName, SubjectLogonId, TaskName, ClientPid, Content;',
    'let logons = ev | where EventID == 4624',
    '| project LogonTime = TimeGenerated, Computer, TargetLogonId, LogonType, IpAddress, IpPort, WorkstationName;',
    'let pipes = ev | where EventID == 5145 and ShareName endswith "IPC$" and RelativeTargetName =~ "atsvc"',
    '| project PipeTime = TimeGenerated, Computer, SubjectUserSid, PipeLogon = SubjectLogonId, PipeIp = IpAddress, PipePort = IpPort;',
    // the pipes that fit are looked for apart, so that a task without one stays in the list
    'let withPipe = tasks | join kind=inner pipes on Computer, SubjectUserSid',
    '| where PipeTime between (TaskTime - 10s .. TaskTime + 1s)',
    '| summarize PipeIps = make_set(strcat(PipeIp, ":", PipePort), 20), PipeLogons = make_set(PipeLogon, 20) by Computer, EventID, TaskTime, TaskName;',
    'let withLogon = tasks | join kind=inner logons on Computer, $left.SubjectLogonId == $right.TargetLogonId',
    '| where LogonTime between (TaskTime - 1d .. TaskTime + 1s)',
    '| summarize arg_max(LogonTime, LogonType, IpAddress) by Computer, EventID, TaskTime, TaskName;',
    'tasks',
    '| join kind=leftouter withLogon on Computer, EventID, TaskTime, TaskName',
    '| join kind=leftouter withPipe on Computer, EventID, TaskTime, TaskName',
    '| project TaskTime, Computer, EventID, TaskName, SubjectUserName, SubjectLogonId, LogonType, LogonIp = IpAddress, PipeIps, PipeLogons, ClientPid, Content',
    '| order by TaskTime asc',
  ])
}

const wrongFilter = [
  'ago(1d) counts from now: an alert looked at later is outside',
  '== compares with case, and a name alone is not an account: by SID it is',
]
const wrongTask =
  'SecurityEvent has no column TaskName (Task is the number of a category): the name lies in EventData'

const written = {
  triage: lines([
    'SecurityEvent',
    '| where EventID in (4624, 5145, 4698)',
    '| where TimeGenerated > ago(1d)',
    '| where TargetUserName == "<TargetUserName>" or SubjectUserName == "<SubjectUserName>"',
    '| project TimeGenerated, EventID, Computer, TargetUserName, SubjectUserName, SubjectDomainName, IpAddress, ShareName, TaskName',
    '| order by TimeGenerated desc',
  ]),
  evidence: lines([
    'securityEvent',
    '| where EventID in (4624, 5145, 4698, 4688)',
    '| where TimeGenerated > ago(1d)',
    '| where TargetUserName == "<TargetUserName>" or SubjectUserName == "<SubjectUserName>"',
    '| project TimeGenerated, EventID, Computer, TargetUserName, SubjectUserName, SubjectDomainName, IpAddress, ShareName, TaskName, NewProcessName',
    '| order by TimeGenerated desc',
  ]),
  systems: lines([
    '// Systems accessed by this IP/user in last 24h',
    'SecurityEvent',
    '| where IpAddress == "<IpAddress>" or TargetUserName == "<TargetUserName>"',
    '| where EventID == 4624',
    '| where TimeGenerated > ago(24h)',
    '| summarize SystemsAccessed=dcount(Computer), FirstSeen=min(TimeGenerated), LastSeen=max(TimeGenerated) by IpAddress, TargetUserName',
    '| where SystemsAccessed > 1',
  ]),
}
